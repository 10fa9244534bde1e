package dev.parley.client;

import dev.parley.chat.v1.RoomJoinedEvent;
import dev.parley.chat.v1.RoomPosition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The joined rooms and how far each was seen: what a resume needs. Owned by the loop. Bounded by
/// the server, which limits the rooms of one stream.
final class Positions {

  /// Rooms that a hello may name.
  static final int MAX_HELLO_ROOMS = 1_000;

  private final Map<String, RoomCursor> cursors = new LinkedHashMap<>();

  /// Takes the answer to a join, or to a room of hello.
  ///
  /// @param requested the answer is to a `join`, which begins anew wherever it says
  /// @return whether it fits what was seen; if not, entries between are missing
  boolean joined(RoomJoinedEvent event, boolean requested) {
    RoomCursor cursor = cursors.get(event.getRoom().getId());
    if (cursor != null && !requested && !event.getReset() && cursor.epoch() == event.getEpoch()) {
      return event.getAfterSequence() <= cursor.resumeAfter();
    }
    cursors.put(
        event.getRoom().getId(), new RoomCursor(event.getEpoch(), event.getAfterSequence()));
    return true;
  }

  void left(String room) {
    cursors.remove(room);
  }

  @Nullable RoomCursor cursor(String room) {
    return cursors.get(room);
  }

  /// The rooms to name in hello.
  ///
  /// @param leaving rooms not to name: their leaving is on its way
  List<RoomPosition> resume(Set<String> leaving) {
    List<RoomPosition> rooms = new ArrayList<>();
    cursors.forEach(
        (room, cursor) -> {
          if (rooms.size() < MAX_HELLO_ROOMS && !leaving.contains(room)) {
            rooms.add(position(room, cursor));
          }
        });
    return rooms;
  }

  static RoomPosition position(String room, RoomCursor cursor) {
    return RoomPosition.newBuilder()
        .setRoomId(room)
        .setSequence(cursor.resumeAfter())
        .setEpoch(cursor.epoch())
        .build();
  }
}
