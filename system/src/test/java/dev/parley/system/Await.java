package dev.parley.system;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waiting for other processes, which notify nobody.
final class Await {
  private static final Duration PAUSE = Duration.ofMillis(5);

  private Await() {}

  /// Waits until something holds.
  ///
  /// @param what what is waited for, for the failure
  static void until(Duration atMost, Supplier<String> what, BooleanSupplier holds) {
    long end = System.nanoTime() + atMost.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within %s: %s".formatted(atMost, what.get()));
      }
      pause(PAUSE);
    }
  }

  /// Lets others go on for a while.
  static void pause(Duration time) {
    LockSupport.parkNanos(time.toNanos());
  }
}
