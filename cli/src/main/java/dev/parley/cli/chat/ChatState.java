package dev.parley.cli.chat;

import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.UserStatus;
import dev.parley.cli.render.Names;
import dev.parley.cli.terminal.ChatLoop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What the chat knows. Owned by the [ChatLoop]; the two fields that other threads read are
/// volatile.
final class ChatState {
  /// Rooms that are known for completion.
  private static final int MAX_KNOWN_ROOMS = 10_000;

  private static final int COMPLETED_NUMBERS = 10;

  private final String me;
  private final Map<String, RoomView> rooms = new LinkedHashMap<>();
  private final TreeSet<String> knownRooms = new TreeSet<>();
  private volatile KnownNames names = KnownNames.NONE;
  private volatile @Nullable String currentId;
  private @Nullable String wantedId;
  private String connection = "connecting";
  private boolean connected;
  private UserStatus status = UserStatus.USER_STATUS_ONLINE;

  ChatState(String me) {
    this.me = me;
  }

  /// The user's id.
  String me() {
    return me;
  }

  /// The room, which becomes one of the user's if it was not.
  RoomView room(String id) {
    return rooms.computeIfAbsent(id, newId -> new RoomView(newId, me));
  }

  /// One of the user's rooms by id or title; null: none.
  @Nullable RoomView find(String idOrTitle) {
    RoomView byId = rooms.get(idOrTitle);
    if (byId != null) {
      return byId;
    }
    for (RoomView room : rooms.values()) {
      if (room.title().equals(idOrTitle)) {
        return room;
      }
    }
    return null;
  }

  /// The user's rooms, in the order of joining.
  Collection<RoomView> rooms() {
    return Collections.unmodifiableCollection(rooms.values());
  }

  /// The room is none of the user's any more. If it was the current one, another becomes it.
  void remove(String id) {
    rooms.remove(id);
    if (id.equals(currentId)) {
      currentId = rooms.isEmpty() ? null : rooms.keySet().iterator().next();
    }
  }

  /// The room that is looked at; null: none.
  @Nullable RoomView current() {
    String id = currentId;
    return id == null ? null : rooms.get(id);
  }

  /// Its id. Safe on any thread.
  @Nullable String currentId() {
    return currentId;
  }

  void look(RoomView room) {
    currentId = room.id();
    wantedId = null;
  }

  /// The user wants to look at a room that is about to be joined.
  void lookWhenJoined(String id) {
    wantedId = id;
  }

  /// A room could not be joined.
  ///
  /// @return the room to look at instead; null: none, or the user looks at one already
  @Nullable RoomView giveUp(String id) {
    if (id.equals(wantedId)) {
      wantedId = null;
    }
    return currentId == null && !rooms.isEmpty() ? rooms.values().iterator().next() : null;
  }

  /// Whether a room that has just been joined is to be looked at.
  boolean isWanted(String id) {
    return wantedId == null ? current() == null : id.equals(wantedId);
  }

  /// Rooms that there are, for completion.
  void know(List<Room> some) {
    for (Room room : some) {
      if (knownRooms.size() < MAX_KNOWN_ROOMS && !Names.isDirect(room)) {
        knownRooms.add(room.getId());
      }
    }
  }

  /// Makes what is known now available for completion.
  void publishNames() {
    List<String> joined = new ArrayList<>();
    rooms.values().forEach(room -> joined.add(room.title()));
    TreeSet<String> all = new TreeSet<>(knownRooms);
    all.addAll(joined);
    RoomView room = current();
    names =
        new KnownNames(
            List.copyOf(all),
            joined,
            room == null ? List.of() : room.people(),
            room == null ? List.of() : room.numbers(COMPLETED_NUMBERS));
  }

  /// What can be completed. Safe on any thread.
  KnownNames names() {
    return names;
  }

  /// How the user appears to others.
  void status(UserStatus now) {
    status = now;
  }

  UserStatus status() {
    return status;
  }

  /// How the connection is, in words.
  void connection(String words, boolean isConnected) {
    connection = words;
    connected = isConnected;
  }

  String connection() {
    return connection;
  }

  boolean connected() {
    return connected;
  }
}
