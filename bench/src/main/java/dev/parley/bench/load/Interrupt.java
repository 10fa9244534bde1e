package dev.parley.bench.load;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Ctrl-C ends the measuring instead of the process, which ends by itself soon after.
public final class Interrupt implements AutoCloseable {
  /// For both waits at the end of a run, however patient it is when nobody cuts it, and the report.
  private static final int PATIENCE_SECONDS = 40;
  private static final int INTERRUPTED = 130;

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;

  private Interrupt(Pause pause) {
    hook =
        new Thread(
            () -> {
              pause.cut();
              awaitDone();
              Runtime.getRuntime().halt(INTERRUPTED);
            },
            "bench-interrupt");
  }

  /// From now on, until it is closed.
  public static Interrupt cuts(Pause pause) {
    Interrupt interrupt = new Interrupt(pause);
    Runtime.getRuntime().addShutdownHook(interrupt.hook);
    return interrupt;
  }

  private void awaitDone() {
    try {
      var _ = done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // it runs already, and waits for this
    }
    done.countDown();
  }
}
