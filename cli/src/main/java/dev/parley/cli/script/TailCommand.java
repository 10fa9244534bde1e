package dev.parley.cli.script;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.Failures;
import dev.parley.cli.command.RoomName;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.cli.output.JsonLines;
import dev.parley.cli.render.EventLines;
import dev.parley.cli.render.MessageLines;
import dev.parley.cli.render.Times;
import dev.parley.client.JoinFrom;
import dev.parley.client.ParleyClient;
import java.time.Duration;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `parley tail`.
@Command(
    name = "tail",
    description = "Prints what is said in a room, live, without gap or repeat.",
    footer = {
      "",
      "Goes on through broken connections until Ctrl-C, -n, or the end of the room.",
      "",
      "Examples:",
      "  parley tail general",
      "  parley tail ops --json | jq -r 'select(.message) | .message.content.text'",
      "  parley tail ops -n 1       # waits for the next message"
    })
public final class TailCommand implements Callable<Integer> {
  private static final int ANSWER_SECONDS = 30;

  private final Streams streams;
  @Mixin private ServerOptions server = new ServerOptions();

  @Parameters(
      index = "0",
      paramLabel = "ROOM",
      description = "The room; @USER for yours with this one.")
  private String room = "";

  @Option(
      names = "--history",
      paramLabel = "N",
      defaultValue = "0",
      description = "Begin with the newest N of what happened before, 0 to 1000. Default: 0.")
  private int history;

  @Option(
      names = {"-n", "--count"},
      paramLabel = "COUNT",
      defaultValue = "9223372036854775807",
      description = "End after as many. Default: never.",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
  private long count;

  @Option(
      names = {"-a", "--all"},
      description = "Print signals too: who comes, goes, types, reads.")
  private boolean all;

  @Option(names = "--json", description = "One parley.chat.v1.ChatEvent a line.")
  private boolean json;

  public TailCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws Exception {
    if (history < 0 || history > JoinFrom.History.MAX_COUNT) {
      throw CommandFailure.usage("--history: %d (expected: 0 to 1000)".formatted(history));
    }
    if (count < 0) {
      throw CommandFailure.usage("-n: %d (expected: 0 or more)".formatted(count));
    }
    var events = new EventQueue();
    ParleyClient client = server.connect(events);
    try {
      String roomId = RoomName.id(client, room);
      join(client, roomId);
      print(client, roomId, events);
      return ExitCode.OK;
    } finally {
      events.close();
      client.close(Duration.ofSeconds(1));
    }
  }

  private void join(ParleyClient client, String roomId)
      throws InterruptedException, ExecutionException {
    try {
      client.join(roomId, JoinFrom.history(history)).get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException _) {
      throw CommandFailure.noAnswer("no answer to joining within " + ANSWER_SECONDS + " s");
    }
  }

  private void print(ParleyClient client, String roomId, EventQueue events)
      throws InterruptedException {
    long printed = 0;
    boolean passing = false;
    while (printed < count && !streams.out().checkError()) {
      EventQueue.Next next = events.take();
      switch (next) {
        case EventQueue.Happened happened -> {
          ChatEvent event = happened.event();
          if (event.hasRoomJoined()) {
            // All of a restored room would follow; what was asked for does instead.
            passing = event.getRoomJoined().getReset();
            if (passing) {
              startOver(client, roomId, events);
            }
          }
          if (isWanted(event) && !passing) {
            printed++;
            print(event);
          }
          if (event.hasRoomClosed()) {
            throw CommandFailure.failed(EventLines.closed(room, event.getRoomClosed()));
          }
        }
        case EventQueue.Told told -> tell(told.words());
        case EventQueue.Ended ended ->
            throw CommandFailure.noAnswer(
                "the connection is closed: "
                    + (ended.cause() == null ? "" : Failures.words(ended.cause())));
      }
    }
  }

  private void startOver(ParleyClient client, String roomId, EventQueue events) {
    tell(
        "the server was restored from a backup: what is printed from here on may have been"
            + " printed before, with other numbers");
    var _ =
        client
            .join(roomId, JoinFrom.history(history))
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    events.end(failure);
                  }
                });
  }

  private void print(ChatEvent event) {
    var printing = new Printing(streams, server.user());
    if (json) {
      streams.out().println(JsonLines.of(event));
    } else if (event.hasMessage()) {
      var lines = new MessageLines(server.user(), new Times(ZoneId.systemDefault()));
      printing.lines(lines.dated(event.getMessage(), null));
    } else {
      printing.lines(EventLines.of(event));
    }
    streams.out().flush();
  }

  private void tell(String words) {
    streams.err().println(words);
    streams.err().flush();
  }

  private boolean isWanted(ChatEvent event) {
    return event.getSequence() > 0 || (all && !event.hasRoomJoined() && !event.hasCaughtUp());
  }
}
