package dev.parley.client;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs tasks one at a time and in order on a virtual thread that lives while there are any: for
/// what users of the client do, which may block. Thread-safe.
///
/// Not bounded here: it gets one task for each chunk of events, which waits for the one before, and
/// one for each answer, of which there are as many as the outbox holds.
final class Strand implements Executor {

  private static final Logger log = LoggerFactory.getLogger(Strand.class);

  private final String name;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pending = new AtomicInteger();

  Strand(String name) {
    this.name = name;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (pending.getAndIncrement() == 0) {
      Thread.ofVirtual().name(name).start(this::run);
    }
  }

  private void run() {
    do {
      try {
        tasks.remove().run();
      } catch (Throwable failure) {
        log.error("a callback failed", failure);
      }
    } while (pending.decrementAndGet() > 0);
  }
}
