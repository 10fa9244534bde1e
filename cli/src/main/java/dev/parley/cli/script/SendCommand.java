package dev.parley.cli.script;

import dev.parley.chat.v1.AckEvent;
import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.RoomName;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.cli.output.JsonLines;
import dev.parley.client.ChatListener;
import dev.parley.client.OutgoingMessage;
import dev.parley.client.ParleyClient;
import dev.parley.client.ParleyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `parley send`.
@Command(
    name = "send",
    description = "Says something in a room; ends when the server has it on disk.",
    footer = {
      "",
      "Prints the message's number in the room and its id.",
      "",
      "Exit codes: 0 acknowledged, 1 refused, 3 no connection or no answer in time.",
      "",
      "Examples:",
      "  parley send general hello, world",
      "  parley send @ben 'for you alone'",
      "  uptime | parley send ops -",
      "  parley send --id build-$ID ops 'it failed'   # once, however often tried"
    })
public final class SendCommand implements Callable<Integer> {
  /// The most that a server takes.
  private static final int MAX_TEXT_BYTES = 65_536;

  private final Streams streams;
  @Mixin private ServerOptions server = new ServerOptions();

  @Parameters(
      index = "0",
      paramLabel = "ROOM",
      description = "The room; @USER for yours with this one.")
  private String room = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "TEXT",
      description = "What to say; - reads it from standard input.")
  private List<String> words = List.of();

  @Option(
      names = "--reply-to",
      paramLabel = "ID",
      description = "Id of the message that this one answers.")
  private @Nullable String replyTo;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Id of the message: the same id again says nothing twice. Default: random.")
  private @Nullable String id;

  @Option(
      names = "--mention",
      paramLabel = "USER",
      description = "Whom to mention; may be given several times.")
  private List<String> mentions = List.of();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long to wait for the server. Default: ${DEFAULT-VALUE}.")
  private int timeoutSeconds;

  @Option(names = "--json", description = "Print the acknowledgement as JSON.")
  private boolean json;

  public SendCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws Exception {
    if (timeoutSeconds < 1) {
      throw CommandFailure.usage("--timeout: %d (expected: 1 or more)".formatted(timeoutSeconds));
    }
    String text = text();
    print(say(message(roomId(), text)));
    return ExitCode.OK;
  }

  private String roomId() {
    if (!RoomName.isPerson(room)) {
      return room;
    }
    ParleyClient client = server.client();
    try {
      return RoomName.id(client, room);
    } finally {
      client.close(Duration.ZERO);
    }
  }

  // Says it without entering the room: others would see somebody come and go for each message.
  private AckEvent say(OutgoingMessage message) throws InterruptedException, ExecutionException {
    try {
      return trySay(message);
    } catch (ExecutionException failure) {
      boolean stranger =
          failure.getCause() instanceof ParleyException refused
              && refused.reason().equals("NOT_A_MEMBER");
      if (!stranger) {
        throw failure;
      }
    }
    ParleyClient client = server.client();
    try {
      client.becomeMember(message.room());
    } finally {
      client.close(Duration.ZERO);
    }
    return trySay(message);
  }

  private AckEvent trySay(OutgoingMessage message) throws InterruptedException, ExecutionException {
    ParleyClient client = server.connect(server.builder().withoutEcho(), new ChatListener() {});
    try {
      return answer(client.send(message), message);
    } finally {
      client.close(Duration.ofSeconds(1));
    }
  }

  private OutgoingMessage message(String roomId, String text) {
    OutgoingMessage message = OutgoingMessage.text(roomId, text).mentioning(mentions);
    if (id != null) {
      message = message.withId(id);
    }
    return replyTo == null ? message : message.inReplyTo(replyTo);
  }

  private String text() throws IOException {
    if (!words.equals(List.of("-"))) {
      return String.join(" ", words);
    }
    byte[] bytes = streams.in().readNBytes(MAX_TEXT_BYTES + 2);
    String text = new String(bytes, StandardCharsets.UTF_8).stripTrailing();
    if (text.isEmpty()) {
      throw CommandFailure.usage("standard input is empty (expected: the text to send)");
    }
    if (bytes.length > MAX_TEXT_BYTES + 1) {
      throw CommandFailure.usage(
          "standard input has more than %,d bytes (expected: at most as many)"
              .formatted(MAX_TEXT_BYTES));
    }
    return text;
  }

  private AckEvent answer(CompletableFuture<AckEvent> ack, OutgoingMessage message)
      throws InterruptedException, ExecutionException {
    try {
      return ack.get(timeoutSeconds, TimeUnit.SECONDS);
    } catch (TimeoutException _) {
      throw CommandFailure.noAnswer(
          ("not acknowledged within %d s; whether it was said is unknown\n"
                  + "Send it again with --id %s: it is said once then.")
              .formatted(timeoutSeconds, message.id()));
    }
  }

  private void print(AckEvent ack) {
    streams.out().println(json ? JsonLines.of(ack) : ack.getSequence() + "\t" + ack.getMessageId());
    streams.out().flush();
    if (ack.getDuplicate()) {
      streams.err().println("said before: number " + ack.getSequence());
    }
  }
}
