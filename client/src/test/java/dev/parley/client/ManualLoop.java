package dev.parley.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/// A loop on the test's own thread, whose time passes only when told to.
final class ManualLoop implements Loop {

  private record Scheduled(long atNanos, long order, Runnable task) {}

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final PriorityQueue<Scheduled> timers =
      new PriorityQueue<>(
          Comparator.comparingLong(Scheduled::atNanos).thenComparingLong(Scheduled::order));
  private boolean running;
  private long nowNanos = 1_000_000_000_000L;
  private long scheduled;

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (running) {
      return;
    }
    running = true;
    try {
      for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
        next.run();
      }
    } finally {
      running = false;
    }
  }

  @Override
  public Timer schedule(Runnable task, long delayNanos) {
    Scheduled timer = new Scheduled(nowNanos + Math.max(0, delayNanos), scheduled++, task);
    timers.add(timer);
    return () -> timers.remove(timer);
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  /// Lets time pass, running what is due on the way.
  void advance(Duration time) {
    long until = nowNanos + time.toNanos();
    for (Scheduled next = timers.peek();
        next != null && next.atNanos <= until;
        next = timers.peek()) {
      timers.remove();
      nowNanos = Math.max(nowNanos, next.atNanos);
      execute(next.task);
    }
    nowNanos = until;
  }
}
