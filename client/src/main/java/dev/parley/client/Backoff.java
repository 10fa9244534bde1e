package dev.parley.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before connecting again: exponential with full jitter, a random time between
/// nothing and `min(cap, base · 2ⁿ)` after the n-th failure.
///
/// Full jitter spreads a thousand clients of one failed server evenly; "equal jitter", with a fixed
/// half, was rejected because it keeps them in waves.
/// See https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
///
/// @param base the bound after the first failure
/// @param cap the largest bound
/// @param stableAfter a connection that lived this long counts as stable: the next failure is a
///     first one again
public record Backoff(Duration base, Duration cap, Duration stableAfter) {

  /// 200 ms, 30 s, 10 s.
  public static final Backoff DEFAULT =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(30), Duration.ofSeconds(10));

  public Backoff {
    if (base.isNegative() || base.isZero() || cap.compareTo(base) < 0 || stableAfter.isNegative()) {
      throw new IllegalArgumentException(
          "base %s, cap %s, stableAfter %s (expected: 0 < base <= cap, stableAfter >= 0)"
              .formatted(base, cap, stableAfter));
    }
  }

  /// The delay before the next try.
  ///
  /// @param failures failures in a row so far, 1 or more
  long delayNanos(int failures, RandomGenerator random) {
    return random.nextLong(boundNanos(failures) + 1);
  }

  long boundNanos(int failures) {
    long bound = base.toNanos();
    for (int n = 1; n < failures && bound < cap.toNanos(); n++) {
      bound *= 2;
    }
    return Math.min(bound, cap.toNanos());
  }
}
