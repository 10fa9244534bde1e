package dev.parley.server.session;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// What is counted of sessions since the server started. Thread-safe.
final class Figures {
  private final long startedNanos;
  private final AtomicLong created = new AtomicLong();
  private final AtomicLong begun = new AtomicLong();
  private final AtomicLong well = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong tookNanos = new AtomicLong();

  Figures(long startedNanos) {
    this.startedNanos = startedNanos;
  }

  void created() {
    created.incrementAndGet();
  }

  void begun() {
    begun.incrementAndGet();
  }

  /// An answer has ended.
  ///
  /// @param asWanted whether it is complete, or was stopped
  void ended(boolean asWanted, long nanos) {
    (asWanted ? well : failed).incrementAndGet();
    tookNanos.addAndGet(nanos);
  }

  long createdCount() {
    return created.get();
  }

  long begunCount() {
    return begun.get();
  }

  long wellCount() {
    return well.get();
  }

  long failedCount() {
    return failed.get();
  }

  Duration uptime(long nowNanos) {
    return Duration.ofNanos(nowNanos - startedNanos);
  }

  /// Mean time that answers took, in seconds; 0: none has ended.
  double meanSeconds() {
    long ended = well.get() + failed.get();
    return ended == 0 ? 0 : tookNanos.get() / 1e9 / ended;
  }
}
