package dev.parley.core.time;

import java.time.Instant;

/// Where time comes from. Thread-safe.
public interface Clock {
  /// Monotonic time in nanoseconds from an arbitrary origin: for deadlines and intervals.
  long nanos();

  /// Wall-clock time in microseconds since 1970 UTC: for people. May jump, in both directions.
  long epochMicros();

  /// The machine's clocks.
  static Clock system() {
    return SystemClock.INSTANCE;
  }

  /// The machine's clocks.
  enum SystemClock implements Clock {
    INSTANCE;

    @Override
    public long nanos() {
      return System.nanoTime();
    }

    @Override
    public long epochMicros() {
      Instant now = Instant.now();
      return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }
  }
}
