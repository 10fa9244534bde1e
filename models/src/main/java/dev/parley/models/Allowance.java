package dev.parley.models;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// What somebody may still ask: a [Quota] at work. How many tokens a question takes is known when
/// it is answered, so they are charged then, and who is in debt waits. Thread-safe.
public final class Allowance {
  private final String whose;
  private final Quota quota;
  private final AtomicInteger underWay = new AtomicInteger();

  /// Null: no limit.
  private final @Nullable Bucket tokens;

  /// @param whose in words, for those who are refused
  public Allowance(String whose, Quota quota) {
    this(whose, quota, TimeMeter.SYSTEM_NANOTIME);
  }

  Allowance(String whose, Quota quota, TimeMeter clock) {
    this.whose = whose;
    this.quota = quota;
    long rate = quota.tokensPerMinute();
    tokens =
        rate == 0
            ? null
            : Bucket.builder()
                .addLimit(limit -> limit.capacity(rate).refillGreedy(rate, Duration.ofMinutes(1)))
                .withCustomTimePrecision(clock)
                .build();
  }

  /// Lets a question in, which [#leave] lets out.
  ///
  /// @throws ModelException `RATE_LIMITED`
  void enter() {
    if (underWay.incrementAndGet() > quota.maxQuestions()) {
      underWay.decrementAndGet();
      throw new ModelException(
          Kind.RATE_LIMITED,
          "%d questions of %s are under way (expected: at most that)"
              .formatted(quota.maxQuestions(), whose));
    }
    if (tokens != null && tokens.getAvailableTokens() <= 0) {
      underWay.decrementAndGet();
      long wait = tokens.estimateAbilityToConsume(1).getNanosToWaitForRefill();
      throw new ModelException(
          Kind.RATE_LIMITED,
          "%s used all tokens for now (allowed: %d a minute)"
              .formatted(whose, quota.tokensPerMinute()),
          Duration.ofNanos(wait),
          null);
    }
  }

  /// Lets a question out.
  ///
  /// @param used tokens of it and its answer
  void leave(long used) {
    underWay.decrementAndGet();
    if (tokens != null && used > 0) {
      tokens.consumeIgnoringRateLimits(used);
    }
  }
}
