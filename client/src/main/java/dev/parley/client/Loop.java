package dev.parley.client;

import io.grpc.SynchronizationContext;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs a client's tasks one at a time and in order, so that what they share needs no lock: each
/// field that is "owned by the loop" is touched by nothing else. Also the client's only clock.
interface Loop extends Executor {

  /// Runs a task later, on the loop.
  Timer schedule(Runnable task, long delayNanos);

  /// Monotonic time in nanoseconds.
  long nanoTime();

  /// A task that was scheduled. To be used on the loop.
  interface Timer {
    /// Makes sure that the task does not run any more.
    void cancel();
  }

  /// The loop of a real client. It has no thread of its own, since replays and benchmarks open
  /// hundreds of clients: a task runs at once on the thread that brings it, or, if another one is
  /// running, on that one's thread after it. Tasks therefore never block.
  static Loop standard() {
    Logger log = LoggerFactory.getLogger(Loop.class);
    SynchronizationContext tasks =
        new SynchronizationContext(
            (thread, failure) -> log.error("task failed; this is a defect of the client", failure));
    return new Loop() {
      @Override
      public void execute(Runnable task) {
        tasks.execute(task);
      }

      @Override
      public Timer schedule(Runnable task, long delayNanos) {
        return tasks.schedule(task, delayNanos, TimeUnit.NANOSECONDS, Timers.SHARED)::cancel;
      }

      @Override
      public long nanoTime() {
        return System.nanoTime();
      }
    };
  }

  /// One thread that wakes the loops of all clients in the process.
  final class Timers {
    private static final ScheduledExecutorService SHARED = create();

    private Timers() {}

    private static ScheduledExecutorService create() {
      ScheduledThreadPoolExecutor timers =
          new ScheduledThreadPoolExecutor(
              1, Thread.ofPlatform().name("parley-client-timer").daemon().factory());
      timers.setRemoveOnCancelPolicy(true);
      return timers;
    }
  }
}
