package dev.parley.cli.script;

import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomVisibility;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.cli.output.Table;
import dev.parley.cli.render.Names;
import dev.parley.client.ParleyClient;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `parley rooms`.
@Command(
    name = "rooms",
    description = "Lists the rooms that you may see, with your unread messages.",
    footer = {
      "",
      "Example:",
      "  parley rooms --joined --json | jq -r 'select(.unreadCount) | .id'"
    })
public final class RoomsCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private ServerOptions server = new ServerOptions();

  @Option(names = "--joined", description = "Only rooms that you are a member of.")
  private boolean joined;

  @Option(names = "--json", description = "One parley.chat.v1.Room a line.")
  private boolean json;

  public RoomsCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    ParleyClient client = server.client();
    try {
      List<Room> rooms = client.rooms(joined);
      var printing = new Printing(streams, server.user());
      if (json) {
        printing.json(rooms);
      } else {
        printing.table(table(rooms));
      }
      return ExitCode.OK;
    } finally {
      client.close(Duration.ZERO);
    }
  }

  private Table table(List<Room> rooms) {
    var table = new Table("ROOM", "NAME", "KIND", "MEMBERS", "ONLINE", "UNREAD", "LAST");
    for (Room room : rooms) {
      table.row(
          room.getId(),
          Names.isDirect(room) ? Names.room(room, server.user()) : room.getName(),
          kind(room.getVisibility()),
          room.getMemberCount(),
          room.getOnlineCount(),
          room.getUnreadCount() < 1_000 ? room.getUnreadCount() : "1,000+",
          room.getLastSequence());
    }
    return table;
  }

  private static String kind(RoomVisibility visibility) {
    return visibility.name().replace("ROOM_VISIBILITY_", "").toLowerCase(Locale.ROOT);
  }
}
