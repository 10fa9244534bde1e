package dev.parley.cli.chat;

import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.cli.render.Times;
import dev.parley.client.JoinFrom;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jline.reader.LineReader;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `parley chat`.
@Command(
    name = "chat",
    description = "Talk in rooms, at the terminal.",
    footer = {
      "",
      "Type /help inside for the commands. Messages are spoken of by the number before them.",
      "",
      "Where standard input is no terminal, each line is a message (or one of the commands), what"
          + " others say is printed as plain lines, and the end of the input ends the chat, once"
          + " everything is acknowledged.",
      "",
      "Exit codes: 0 ended; 1 something was refused (only without a terminal); 3 no connection, or"
          + " messages that were not acknowledged.",
      "",
      "Examples:",
      "  parley chat",
      "  parley chat --user ann --server chat.example.org:50051 general '#ubuntu'",
      "  make 2>&1 | parley chat --plain --history 0 builds"
    })
public final class ChatCommand implements Callable<Integer> {
  private static final int MAX_HISTORY_LINES = 2_000;

  // It tells of unknown terminals with a stack trace, and works on. Held, since loggers are
  // forgotten.
  private static final Logger TERMINAL = Logger.getLogger("org.jline");

  static {
    TERMINAL.setLevel(Level.OFF);
  }

  private final Streams streams;
  @Mixin private ServerOptions server = new ServerOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "ROOM",
      description = "Rooms; @USER: yours with this one. Default: general.")
  private List<String> rooms = List.of();

  @Option(
      names = "--history",
      paramLabel = "N",
      defaultValue = "20",
      description = "How much of the past to show in a room, 0 to 1000. Default: 20.")
  private int history;

  @Option(
      names = "--plain",
      description = "Every line of standard input is a message, even if it looks like a command.")
  private boolean plain;

  public ChatCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws Exception {
    if (history < 0 || history > JoinFrom.History.MAX_COUNT) {
      throw CommandFailure.usage("--history: %d (expected: 0 to 1000)".formatted(history));
    }
    return streams.tty().input() && streams.tty().output() ? onTerminal() : piped();
  }

  private int piped() throws IOException, InterruptedException {
    Conversation conversation = begin(new StreamScreen(streams.out()));
    return new PipedChat(conversation, plain).run(streams.in());
  }

  private int onTerminal() throws IOException, InterruptedException {
    try (Terminal terminal =
        TerminalBuilder.builder().system(true).encoding(StandardCharsets.UTF_8).build()) {
      Path typed = HistoryFile.path(System.getenv(), System.getProperty("user.home"));
      return talk(terminal, HistoryFile.prepared(typed));
    }
  }

  /// Talks on a terminal.
  ///
  /// @param typed where typed lines are kept; null: nowhere
  int talk(Terminal terminal, @Nullable Path typed) throws IOException, InterruptedException {
    // What is typed while nobody reads waits unseen until the prompt is there.
    terminal.enterRawMode();
    ChatReader reader = new ChatReader(terminal, streams.tty().colours());
    if (typed != null) {
      reader.setVariable(LineReader.HISTORY_FILE, typed);
      reader.setVariable(LineReader.HISTORY_FILE_SIZE, MAX_HISTORY_LINES);
    }
    Conversation conversation = begin(reader);
    reader.setCompleter(new ChatCompleter(conversation::names));
    return new TerminalChat(reader, conversation).run();
  }

  private Conversation begin(Screen screen) throws InterruptedException {
    var conversation = new Conversation(server, screen, new Times(ZoneId.systemDefault()), history);
    conversation.enter(rooms.isEmpty() ? List.of("general") : rooms);
    return conversation;
  }
}
