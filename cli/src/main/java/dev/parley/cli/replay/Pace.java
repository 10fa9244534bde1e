package dev.parley.cli.replay;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// When to send each message. Owned by one thread; pure but for what it remembers.
///
/// Time between two messages is divided by the factor; nights and years of silence are cut to
/// the longest pause. Time never goes back.
final class Pace {
  private final double factor;
  private final long maxPauseNanos;
  private @Nullable Instant previous;
  private long dueNanos;

  /// @param factor how much faster than recorded; 0: without any pause
  /// @param maxPause longest pause, after division
  Pace(double factor, Duration maxPause) {
    this.factor = factor;
    this.maxPauseNanos = maxPause.toNanos();
  }

  /// How long after the first message this one is due, in nanoseconds.
  long dueNanos(Instant said) {
    Instant before = previous;
    if (factor > 0 && before != null && said.isAfter(before)) {
      double pause = Duration.between(before, said).toSeconds() * 1e9 / factor;
      dueNanos += Math.min((long) pause, maxPauseNanos);
    }
    if (before == null || said.isAfter(before)) {
      previous = said;
    }
    return dueNanos;
  }
}
