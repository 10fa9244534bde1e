package dev.parley.models;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.time.Duration;

/// What each of many may still ask. Thread-safe.
public final class Allowances {
  /// Of so many it is known; of those who asked longest ago it is forgotten.
  private static final int MAX_KNOWN = 100_000;

  /// Longer than an answer takes, and than the debt of a usual one lasts.
  private static final Duration KEPT = Duration.ofMinutes(30);

  private final LoadingCache<String, Allowance> known;

  /// @param quota what each of them has
  public Allowances(Quota quota) {
    known =
        Caffeine.newBuilder()
            .maximumSize(MAX_KNOWN)
            .expireAfterAccess(KEPT)
            .executor(Runnable::run) // no thread for so little
            .build(who -> new Allowance(who, quota));
  }

  /// Somebody's.
  public Allowance of(String who) {
    return known.get(who);
  }
}
