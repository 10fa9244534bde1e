package dev.parley.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/// The highest position read in each room. All are told again to each new connection: a position
/// never goes back, and whether the last connection's were heard is unknown. Owned by the loop.
final class Receipts {

  /// As many as a client may have rooms; the longest unread goes first.
  private static final int MAX_ROOMS = 1_000;

  private final Map<String, Long> read =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MAX_ROOMS;
        }
      };

  /// Whether the position is news.
  boolean advance(String room, long sequence) {
    Long before = read.get(room);
    if (before != null && before >= sequence) {
      return false;
    }
    read.put(room, sequence);
    return true;
  }

  void forget(String room) {
    read.remove(room);
  }

  void forEach(BiConsumer<String, Long> action) {
    read.forEach(action);
  }
}
