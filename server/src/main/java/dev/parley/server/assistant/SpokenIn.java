package dev.parley.server.assistant;

import dev.parley.core.limit.Limits;
import java.util.HashSet;
import java.util.Set;

/// Rooms where assistants may have said something: of which they were members when the server
/// began, and where they spoke since. A reply elsewhere is none to them, so it need not be looked
/// up. Thread-safe.
final class SpokenIn {
  private final Set<String> rooms = new HashSet<>();
  private int unknown;

  /// @param assistants how many there are, of each of which the rooms are to be added
  SpokenIn(int assistants) {
    unknown = assistants;
  }

  /// An assistant speaks in a room, or did.
  synchronized void add(String room) {
    if (rooms.size() < Limits.MAX_ROOMS_WITH_ASSISTANTS) {
      rooms.add(room);
    } else if (!rooms.contains(room)) {
      unknown++; // for good: not all can be known any more
      rooms.clear();
    }
  }

  /// All rooms of one of the assistants have been added.
  synchronized void complete() {
    unknown--;
  }

  /// Whether one may have said something in a room.
  synchronized boolean mayHave(String room) {
    return unknown > 0 || rooms.contains(room);
  }
}
