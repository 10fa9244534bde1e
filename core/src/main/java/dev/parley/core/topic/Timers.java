package dev.parley.core.topic;

import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// When which topic has something to tell without being asked: at most one deadline for each. Owned
/// by the engine's thread.
final class Timers {
  /// Deadline of a topic that has none.
  static final long NEVER = Long.MAX_VALUE;

  // by difference: the clock's origin is arbitrary, so its values may wrap around
  private static final Comparator<LiveTopic<?, ?, ?>> BY_DEADLINE =
      (one, other) -> Long.compare(one.timerNanos - other.timerNanos, 0);

  private final TreeSet<LiveTopic<?, ?, ?>> byDeadline =
      new TreeSet<>(BY_DEADLINE.thenComparing(topic -> topic.id));

  /// Sets a topic's deadline, in place of the one that it had.
  void set(LiveTopic<?, ?, ?> topic, long nanos) {
    if (topic.timerNanos != NEVER) {
      byDeadline.remove(topic);
    }
    topic.timerNanos = nanos;
    if (nanos != NEVER) {
      byDeadline.add(topic);
    }
  }

  /// Takes out a topic whose deadline has come; null: there is none.
  @Nullable LiveTopic<?, ?, ?> takeDue(long nowNanos) {
    if (byDeadline.isEmpty() || byDeadline.first().timerNanos - nowNanos > 0) {
      return null;
    }
    LiveTopic<?, ?, ?> due = byDeadline.first();
    set(due, NEVER);
    return due;
  }

  /// How long until the next deadline, at most a bound.
  long untilNext(long nowNanos, long maxNanos) {
    return byDeadline.isEmpty()
        ? maxNanos
        : Math.clamp(byDeadline.first().timerNanos - nowNanos, 0, maxNanos);
  }
}
