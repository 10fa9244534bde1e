package dev.parley.cli.script;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.SearchMessagesRequest;
import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.RoomName;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.client.ParleyClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `parley search`.
@Command(
    name = "search",
    description = "Finds messages by their words, newest first.",
    footer = {
      "",
      "All words must occur, in any order; \"in quotes\" a phrase; a trailing * a prefix.",
      "",
      "Examples:",
      "  parley search upgrade kernel",
      "  parley search --room ops --from ann '\"disk full\"'"
    })
public final class SearchCommand implements Callable<Integer> {
  private static final int MAX_LIMIT = 200;

  private final Streams streams;
  @Mixin private ServerOptions server = new ServerOptions();

  @Parameters(arity = "1..*", paramLabel = "WORDS", description = "What to look for.")
  private List<String> words = List.of();

  @Option(
      names = "--room",
      paramLabel = "ROOM",
      description = "Only in this room, or @USER. Default: all rooms that you are a member of.")
  private String room = "";

  @Option(names = "--from", paramLabel = "USER", description = "Only by this author.")
  private String author = "";

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "20",
      description = "How many, 1 to 200. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Option(names = "--json", description = "One parley.chat.v1.ChatMessage a line.")
  private boolean json;

  public SearchCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw CommandFailure.usage("--limit: %d (expected: 1 to %d)".formatted(limit, MAX_LIMIT));
    }
    ParleyClient client = server.client();
    try {
      List<ChatMessage> found =
          client
              .search(
                  SearchMessagesRequest.newBuilder()
                      .setQuery(String.join(" ", words))
                      .setRoomId(RoomName.id(client, room))
                      .setAuthorId(author)
                      .setPageSize(limit)
                      .build())
              .getMessagesList();
      var printing = new Printing(streams, server.user());
      if (json) {
        printing.json(found);
      } else {
        printing.found(found);
      }
      if (found.isEmpty() && room.isEmpty() && client.rooms(true).isEmpty()) {
        streams.err().println("nothing was searched, for you are a member of no room");
        streams.err().println("Name a room with --room, or join one: parley chat ROOM");
      }
      return ExitCode.OK;
    } finally {
      client.close(Duration.ZERO);
    }
  }
}
