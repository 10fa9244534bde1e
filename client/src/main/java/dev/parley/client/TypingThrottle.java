package dev.parley.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Thins out typing signals: a change passes, repetition passes every 3 s (a server forgets after
/// 10 s). Owned by the loop. Bounded: holds the rooms typed in for the last 10 s.
final class TypingThrottle {

  private static final long REPEAT_NANOS = Duration.ofSeconds(3).toNanos();
  private static final long FORGET_NANOS = Duration.ofSeconds(10).toNanos();

  /// Room → when its last "is typing" passed.
  private final Map<String, Long> typingSince = new HashMap<>();

  /// Whether to send the signal.
  boolean passes(String room, boolean isTyping, long nowNanos) {
    typingSince.values().removeIf(since -> nowNanos - since >= FORGET_NANOS);
    Long since = typingSince.get(room);
    if (!isTyping) {
      return typingSince.remove(room) != null;
    }
    if (since != null && nowNanos - since < REPEAT_NANOS) {
      return false;
    }
    typingSince.put(room, nowNanos);
    return true;
  }

  /// A new connection knows of nothing.
  void reset() {
    typingSince.clear();
  }
}
