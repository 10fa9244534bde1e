package dev.parley.server.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// The requests that are under way, counted against what is allowed. Thread-safe.
final class Load {
  private final int maxRequests;
  private final long maxBytes;
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private volatile boolean draining;

  Load(int maxRequests, long maxBytes) {
    this.maxRequests = maxRequests;
    this.maxBytes = maxBytes;
  }

  /// Counts a request, which is to [#leave] either way.
  ///
  /// @return whether there is room for it
  boolean enter() {
    return requests.incrementAndGet() <= maxRequests;
  }

  /// Counts bytes of a request, which it is to [#leave] with either way.
  ///
  /// @return whether there is room for them
  boolean add(int count) {
    return bytes.addAndGet(count) <= maxBytes;
  }

  /// A request has ended.
  ///
  /// @param counted its bytes that were counted
  void leave(long counted) {
    bytes.addAndGet(-counted);
    if (requests.decrementAndGet() == 0 && draining) {
      drained.complete(null);
    }
  }

  /// How many requests are under way.
  int underWay() {
    return requests.get();
  }

  /// From now on nothing new is wanted.
  ///
  /// @return when nothing is under way any more
  CompletableFuture<Void> drain() {
    draining = true;
    if (requests.get() == 0) {
      drained.complete(null);
    }
    return drained;
  }

  /// Whether nothing new is wanted.
  boolean isDraining() {
    return draining;
  }
}
