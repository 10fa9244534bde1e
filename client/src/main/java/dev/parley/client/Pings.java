package dev.parley.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// Pings that wait for their pongs. Owned by the loop.
final class Pings {

  /// Nonce of pings that nobody waits for.
  static final long HEARTBEAT = 0;

  private static final int MAX_WAITING = 100;

  private final Executor completions;
  private final Map<Long, Waiting> waiting = new HashMap<>();
  private long lastNonce = HEARTBEAT;

  private record Waiting(long sinceNanos, CompletableFuture<Duration> future) {}

  Pings(Executor completions) {
    this.completions = completions;
  }

  /// Notes a ping.
  ///
  /// @return its nonce; null: too many wait, the future has failed
  @Nullable Long start(CompletableFuture<Duration> future, long nowNanos) {
    if (waiting.size() >= MAX_WAITING) {
      fail(
          future,
          Failures.busy(waiting.size() + " pings wait (expected: at most " + MAX_WAITING + ")"));
      return null;
    }
    waiting.put(++lastNonce, new Waiting(nowNanos, future));
    return lastNonce;
  }

  void pong(long nonce, long nowNanos) {
    Waiting ping = waiting.remove(nonce);
    if (ping != null) {
      Duration roundTrip = Duration.ofNanos(nowNanos - ping.sinceNanos);
      completions.execute(() -> ping.future.complete(roundTrip));
    }
  }

  void fail(CompletableFuture<Duration> future, ParleyException cause) {
    completions.execute(() -> future.completeExceptionally(cause));
  }

  void failAll(ParleyException cause) {
    waiting.values().forEach(ping -> fail(ping.future, cause));
    waiting.clear();
  }
}
