package dev.parley.cli.render;

import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomVisibility;
import dev.parley.chat.v1.User;
import dev.parley.cli.output.PlainText;
import java.util.List;
import java.util.stream.Collectors;

/// What people are called on the screen. Pure functions.
public final class Names {
  private static final int MAX_CHARS = 40;

  private Names() {}

  /// The name to show: the display name, else the short one, else the id.
  ///
  /// A display name is not unique, so an id that differs from it is shown too: nobody can pose as
  /// somebody else.
  public static String of(User user) {
    String id = user.getId();
    String chosen = user.getDisplayName().isBlank() ? user.getUsername() : user.getDisplayName();
    if (chosen.isBlank() || chosen.equals(id)) {
      return id(id);
    }
    return id(chosen) + " (" + id(id) + ")";
  }

  /// An id, safe and short enough to show.
  public static String id(String id) {
    String line = PlainText.line(id);
    return line.length() <= MAX_CHARS ? line : line.substring(0, MAX_CHARS - 1) + "…";
  }

  /// What a room is called: the other person in a direct room, such as `@ann`, else its id, which
  /// is what is typed.
  ///
  /// @param me the user's id
  public static String room(Room room, String me) {
    return room.getDirectUsersList().stream()
        .map(User::getId)
        .filter(user -> !user.equals(me))
        .findFirst()
        .map(user -> "@" + user)
        .orElse(room.getId());
  }

  /// Whether it is a room of two people.
  public static boolean isDirect(Room room) {
    return room.getVisibility() == RoomVisibility.ROOM_VISIBILITY_DIRECT;
  }

  /// Several, with those who are only counted: `ann, bob and 48 others`.
  ///
  /// @param count all of them; those not in the list are counted
  public static String list(List<User> users, int count) {
    String named = users.stream().map(Names::of).collect(Collectors.joining(", "));
    int others = count - users.size();
    if (others <= 0) {
      return named;
    }
    String counted = others == 1 ? "1 other" : "%,d others".formatted(others);
    return users.isEmpty() ? counted : named + " and " + counted;
  }
}
