package dev.parley.cli.chat;

import dev.parley.cli.assistant.AssistantChat;
import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.cli.output.PlainText;
import dev.parley.cli.render.Times;
import dev.parley.cli.terminal.ChatReader;
import dev.parley.cli.terminal.HistoryFile;
import dev.parley.cli.terminal.Screen;
import dev.parley.cli.terminal.StreamScreen;
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
    description = "Talk in rooms, or with a model, at the terminal.",
    footer = {
      "",
      "Type /help inside for the commands. Messages are spoken of by the number before them.",
      "",
      "Where standard input is no terminal, each line is a message (or one of the commands), what"
          + " others say is printed as plain lines, and the end of the input ends the chat, once"
          + " everything is acknowledged.",
      "",
      "With --ai the conversation is one with a model, kept by the server: an answer goes on there"
          + " when the connection breaks, and --session brings it. Where standard input is no"
          + " terminal, each line is a turn (or one of the commands), answered before the next;"
          + " answers go to standard output, everything else to standard error. A line that begins"
          + " with / and is no command is refused; // says one that begins with /, and with --plain"
          + " every line is said as it is.",
      "",
      "Exit codes: 0 ended; 1 something was refused, or an answer failed (only without a terminal);"
          + " 3 no connection, or messages that were not acknowledged.",
      "",
      "Examples:",
      "  parley chat",
      "  parley chat --user ann --server chat.example.org:50051 general '#ubuntu'",
      "  make 2>&1 | parley chat --plain --history 0 builds",
      "  parley chat --ai --model anthropic/claude-sonnet-4-5",
      "  parley chat --ai --session 0720e2e4",
      "  echo 'Name three rivers' | parley chat --ai"
    })
public final class ChatCommand implements Callable<Integer> {
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

  @Option(names = "--ai", description = "Talk with a model, in a session of your own.")
  private boolean ai;

  @Option(
      names = "--session",
      paramLabel = "SESSION",
      description =
          "With --ai: go on with this session: its id as it is shown, or its number in /sessions."
              + " Default: a new one.")
  private String session = "";

  @Option(
      names = {"-m", "--model"},
      paramLabel = "PROVIDER/MODEL",
      description = "With --ai: which model. Default: the session's, or the server's default.")
  private String model = "";

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "With --ai: instructions for the model.")
  private String system = "";

  @Option(
      names = "--json",
      description =
          "With --ai: one parley.assistant.v1.ChatResponse a line, as without a terminal.")
  private boolean json;

  /// The command, with its streams.
  public ChatCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws Exception {
    if (ai) {
      return talkWithModel();
    }
    if (json || !session.isEmpty() || !model.isEmpty() || !system.isEmpty()) {
      throw CommandFailure.usage(
          "--session, --model, --system and --json are of talks with a model (expected: --ai too)");
    }
    if (history < 0 || history > JoinFrom.History.MAX_COUNT) {
      throw CommandFailure.usage("--history: %d (expected: 0 to 1000)".formatted(history));
    }
    return streams.tty().input() && streams.tty().output() ? onTerminal() : piped();
  }

  private int piped() throws IOException, InterruptedException {
    Conversation conversation = begin(new StreamScreen(streams.out()));
    return new PipedChat(conversation, plain).run(streams.in());
  }

  private int talkWithModel() throws IOException, InterruptedException {
    if (!rooms.isEmpty()) {
      throw CommandFailure.usage(
          "\"%s\": a talk with a model is in no room (expected: no ROOM with --ai)"
              .formatted(PlainText.line(rooms.getFirst())));
    }
    return streams.tty().input() && streams.tty().output() && !json
        ? onTerminal()
        : assistant().piped(streams, json, plain);
  }

  private AssistantChat assistant() {
    return new AssistantChat(server, new AssistantChat.Wanted(session, model, system));
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
      reader.setVariable(LineReader.HISTORY_FILE_SIZE, HistoryFile.MAX_LINES);
    }
    if (ai) {
      return assistant().onTerminal(reader);
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
