package dev.parley.cli.terminal;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The thread that owns what the chat knows and shows. Other threads queue tasks.
///
/// When [#MAX_WAITING] tasks wait, whoever queues another waits: the client's thread then holds up
/// its events, at last on the server.
public final class ChatLoop implements AutoCloseable {
  private static final int MAX_WAITING = 512;
  private static final long TICK_NANOS = 250_000_000L;
  private static final Duration CLOSING = Duration.ofSeconds(1);

  private final BlockingQueue<Runnable> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final Runnable tick;
  private final Consumer<RuntimeException> broken;
  private final Thread thread;
  private volatile boolean closed;

  /// A loop that is to be started.
  ///
  /// @param tick run after tasks, and about four times a second where there are none
  /// @param broken told of what tasks throw
  public ChatLoop(Runnable tick, Consumer<RuntimeException> broken) {
    this.tick = tick;
    this.broken = broken;
    this.thread = Thread.ofPlatform().name("chat").daemon().unstarted(this::run);
  }

  /// Begins to run tasks.
  public void start() {
    thread.start();
  }

  /// Queues a task, after waiting for room. On the loop's own thread it runs at once.
  public void post(Runnable task) {
    if (Thread.currentThread() == thread) {
      task.run();
      return;
    }
    try {
      while (!closed && !waiting.offer(task, TICK_NANOS, TimeUnit.NANOSECONDS)) {
        // Full: wait on, unless the loop has ended meanwhile.
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Runs a task and waits until it is done.
  public void runAndWait(Runnable task) throws InterruptedException {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    post(
        () -> {
          try {
            task.run();
          } finally {
            done.complete(null);
          }
        });
    while (!closed && !done.isDone()) {
      try {
        done.get(TICK_NANOS, TimeUnit.NANOSECONDS);
      } catch (TimeoutException _) {
        // Look again whether the loop is still there.
      } catch (ExecutionException e) {
        throw new IllegalStateException("completed only without failure", e);
      }
    }
  }

  private void run() {
    long nextTick = System.nanoTime();
    while (!closed) {
      try {
        long untilTick = Math.max(0, nextTick - System.nanoTime());
        Runnable task = waiting.poll(untilTick, TimeUnit.NANOSECONDS);
        if (task != null) {
          task.run();
        }
        if (task == null || waiting.isEmpty()) {
          tick.run();
          nextTick = System.nanoTime() + TICK_NANOS;
        }
      } catch (InterruptedException _) {
        return;
      } catch (RuntimeException e) {
        broken.accept(e);
      }
    }
  }

  /// Ends the loop, and waits for what it is at, a second at most; what waits is not run.
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      if (Thread.currentThread() != thread) {
        var _ = thread.join(CLOSING);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
