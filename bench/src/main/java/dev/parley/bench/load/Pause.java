package dev.parley.bench.load;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Waiting that can be cut short: by Ctrl-C, the run goes on to its end at once. Thread-safe.
public final class Pause {
  private final CountDownLatch cut = new CountDownLatch(1);

  /// Waits, unless or until [#cut] is called.
  public void seconds(double seconds) {
    try {
      var _ = cut.await((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Ends all waiting, now and later.
  public void cut() {
    cut.countDown();
  }

  /// Whether [#cut] was called.
  public boolean isCut() {
    return cut.getCount() == 0;
  }

  static void millis(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
