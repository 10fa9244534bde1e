package dev.parley.cli.render;

import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomVisibility;
import dev.parley.chat.v1.User;
import dev.parley.cli.output.Table;
import java.util.List;
import java.util.Locale;

/// Rooms and people in columns. Pure functions.
public final class Tables {
  /// A server counts no further.
  private static final int MAX_UNREAD = 1_000;

  private Tables() {}

  /// Rooms, with what the user has not read in them.
  ///
  /// @param me the user's id
  public static Table rooms(List<Room> rooms, String me) {
    var table = new Table("ROOM", "NAME", "KIND", "MEMBERS", "ONLINE", "UNREAD", "LAST");
    for (Room room : rooms) {
      table.row(
          room.getId(),
          Names.isDirect(room) ? Names.room(room, me) : room.getName(),
          kind(room.getVisibility()),
          room.getMemberCount(),
          room.getOnlineCount(),
          room.getUnreadCount() < MAX_UNREAD ? room.getUnreadCount() : "1,000+",
          room.getLastSequence());
    }
    return table;
  }

  /// The same as they are typed in a chat: a direct room by the other person.
  ///
  /// @param me the user's id
  public static Table typedRooms(List<Room> rooms, String me) {
    return rooms(
        rooms.stream()
            .map(
                room ->
                    Names.isDirect(room)
                        ? room.toBuilder().setId(Names.room(room, me)).build()
                        : room)
            .toList(),
        me);
  }

  /// People, with their status.
  public static Table users(List<User> users) {
    var table = new Table("USER", "NAME", "STATUS");
    for (User user : users) {
      table.row(user.getId(), user.getDisplayName(), EventLines.words(user.getStatus()));
    }
    return table;
  }

  private static String kind(RoomVisibility visibility) {
    return visibility.name().replace("ROOM_VISIBILITY_", "").toLowerCase(Locale.ROOT);
  }
}
