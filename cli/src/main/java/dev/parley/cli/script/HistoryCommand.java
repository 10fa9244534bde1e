package dev.parley.cli.script;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.RoomName;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.client.ParleyClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `parley history`.
@Command(
    name = "history",
    description = "Prints the newest messages of a room, oldest first.",
    footer = {
      "",
      "For all messages of a room see parley export.",
      "",
      "Examples:",
      "  parley history general --limit 20",
      "  parley history @ben                          # what you and ben said alone",
      "  parley history general --json | jq -r .content.text"
    })
public final class HistoryCommand implements Callable<Integer> {
  private static final int MAX_LIMIT = 1_000;

  private final Streams streams;
  @Mixin private ServerOptions server = new ServerOptions();

  @Parameters(
      index = "0",
      paramLabel = "ROOM",
      description = "The room; @USER for yours with this one.")
  private String room = "";

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "50",
      description = "How many, 1 to 1000. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Option(
      names = "--before",
      paramLabel = "ID",
      description = "Only messages before the one with this id.")
  private @Nullable String before;

  @Option(names = "--json", description = "One parley.chat.v1.ChatMessage a line.")
  private boolean json;

  public HistoryCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw CommandFailure.usage("--limit: %d (expected: 1 to %d)".formatted(limit, MAX_LIMIT));
    }
    GetHistoryRequest.Builder request = GetHistoryRequest.newBuilder().setLimit(limit);
    if (before != null) {
      request.setBeforeMessageId(before);
    }
    ParleyClient client = server.client();
    try {
      request.setRoomId(RoomName.id(client, room));
      List<ChatMessage> messages = client.history(request.build());
      var printing = new Printing(streams, server.user());
      if (json) {
        printing.json(messages);
      } else {
        printing.messages(messages);
      }
      return ExitCode.OK;
    } finally {
      client.close(Duration.ZERO);
    }
  }
}
