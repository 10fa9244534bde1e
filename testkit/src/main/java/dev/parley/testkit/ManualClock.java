package dev.parley.testkit;

import dev.parley.core.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that stands still until it is told to go on. Thread-safe.
public final class ManualClock implements Clock {
  private static final long NANOS_PER_MICRO = 1_000;
  private static final long START_MICROS = 1_700_000_000_000_000L;

  // Negative, as the machine's may be.
  private static final long START_NANOS = -Duration.ofHours(1).toNanos();

  private final AtomicLong passedNanos = new AtomicLong();

  @Override
  public long nanos() {
    return START_NANOS + passedNanos.get();
  }

  @Override
  public long epochMicros() {
    return START_MICROS + passedNanos.get() / NANOS_PER_MICRO;
  }

  /// Lets time pass.
  public void advance(Duration by) {
    passedNanos.addAndGet(by.toNanos());
  }
}
