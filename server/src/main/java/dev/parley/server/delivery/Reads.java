package dev.parley.server.delivery;

import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.JournalRefusals;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The threads that may wait for the disk: a fixed few, with a bounded queue before them.
/// Thread-safe.
public final class Reads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reads.class);
  private static final int MAX_WAITING = 50_000;
  private static final int MAX_CLOSE_SECONDS = 2;
  private static final Duration OVERLOAD_DELAY = Duration.ofMillis(500);
  private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

  private final JournalReader reader;
  private final ThreadPoolExecutor threads;

  /// Until when failures are not told to the operator, who knows already.
  private final AtomicLong quietUntilNanos = new AtomicLong(System.nanoTime());

  /// @param reader what is read
  /// @param name what for
  /// @param parallelism how many reads at once
  Reads(JournalReader reader, String name, int parallelism) {
    this.reader = reader;
    threads =
        new ThreadPoolExecutor(
            parallelism,
            parallelism,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(MAX_WAITING),
            Thread.ofPlatform().name("parley-" + name + "-read-", 0).daemon().factory());
  }

  /// Runs something on a reader's thread: what would keep the caller's for too long.
  ///
  /// @param failed told at once if too much waits already
  public void execute(Runnable task, Consumer<Refusal> failed) {
    read(_ -> task, Runnable::run, failed);
  }

  /// Reads on another thread; one of the two callbacks is called there, or `failed` at once if too
  /// much waits already.
  public <T> void read(Query<T> query, Consumer<T> done, Consumer<Refusal> failed) {
    try {
      threads.execute(() -> run(query, done, failed));
    } catch (RejectedExecutionException e) {
      failed.accept(
          threads.isShutdown()
              ? Reason.DRAINING.because("the server is stopping")
              : Reason.OVERLOADED
                  .because("%d reads wait already".formatted(MAX_WAITING))
                  .retryAfter(OVERLOAD_DELAY));
    }
  }

  private <T> void run(Query<T> query, Consumer<T> done, Consumer<Refusal> failed) {
    try {
      T result;
      try {
        result = query.run(reader);
      } catch (RefusedException e) {
        failed.accept(e.refusal());
        return;
      } catch (JournalException e) {
        tell(e);
        failed.accept(JournalRefusals.of(e));
        return;
      } catch (RuntimeException | Error e) {
        LOG.error("what was read cannot be used", e);
        failed.accept(Reason.INTERNAL.because("what was read cannot be used"));
        return;
      }
      done.accept(result);
    } catch (RuntimeException | Error e) {
      LOG.error("what was read could not be handed on", e);
    }
  }

  private void tell(JournalException e) {
    long now = System.nanoTime();
    long quietUntil = quietUntilNanos.get();
    if (now - quietUntil < 0 || !quietUntilNanos.compareAndSet(quietUntil, now + QUIET_NANOS)) {
      LOG.debug("cannot read the journal", e);
      return;
    }
    switch (e.kind()) {
      case FULL, READ_ONLY, CORRUPT ->
          LOG.error("cannot read the journal (told once a minute): {}", e.getMessage());
      case CONFLICT, BROKEN -> LOG.error("cannot read the journal (told once a minute)", e);
    }
  }

  /// Something to read.
  @FunctionalInterface
  public interface Query<T> {
    /// Reads it; may block, and may find that it is to be refused.
    T run(JournalReader reader) throws JournalException, RefusedException;
  }

  /// Forgets what waits, and waits, not for long, for what is being read: who reads must be through
  /// before the store is closed, and those answered before their threads are.
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(MAX_CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("a read took longer than {} s to end", MAX_CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
