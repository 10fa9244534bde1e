package dev.parley.server;

import dev.parley.core.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// The machine's clocks, which a test can put forward, and the wall clock back too. Thread-safe.
public final class TestClock implements Clock {
  private final AtomicLong aheadNanos = new AtomicLong();
  private final AtomicLong wallAheadMicros = new AtomicLong();
  private volatile String brokenFor = "";

  @Override
  public long nanos() {
    return Clock.system().nanos() + aheadNanos.get();
  }

  @Override
  public long epochMicros() {
    if (Thread.currentThread().getName().equals(brokenFor)) {
      throw new InternalError("on purpose");
    }
    return Clock.system().epochMicros() + wallAheadMicros.get();
  }

  /// Lets time pass. Who waits for it notices at the next tick or request.
  public void advance(Duration time) {
    aheadNanos.addAndGet(time.toNanos());
    jump(time);
  }

  /// Has the wall clock fail for the threads of a name.
  public void breakFor(String thread) {
    brokenFor = thread;
  }

  /// Sets the wall clock alone, in either direction.
  public void jump(Duration distance) {
    wallAheadMicros.addAndGet(distance.toMillis() * 1_000);
  }
}
