package dev.parley.models;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps questions from a model that does not answer: after half of the newest ones failed it is
/// left alone for a while, then tried with a few. (Nygard, "Release It!", 2007.) Thread-safe.
final class Breaker {
  private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);

  /// So many of the newest questions are looked at, and not fewer than that.
  private static final int WINDOW = 20;

  private static final int MIN_QUESTIONS = 10;
  private static final int MAX_FAILED_PERCENT = 50;

  /// Questions by which it is tried whether the provider answers again.
  private static final int TRIALS = 2;

  /// How long it is left alone first; twice as long each time that it did not help.
  private static final Duration FIRST_REST = Duration.ofSeconds(5);

  private static final Duration LONGEST_REST = Duration.ofMinutes(1);
  private static final double LONGER = 2;
  private static final double JITTER = 0.2;

  /// A trial that is not answered by then has failed.
  private static final Duration LONGEST_TRIAL = Duration.ofMinutes(2);

  /// What tells of the provider, not of the question or the credential.
  private static final Set<Kind> COUNTED =
      EnumSet.of(
          Kind.OVERLOADED, Kind.FAILED, Kind.UNREACHABLE, Kind.TIMEOUT, Kind.CUT, Kind.MALFORMED);

  private final String model;
  private final Clock clock;
  private final CircuitBreaker state;
  private volatile long restsUntilMillis;
  private volatile @Nullable ModelException lastFailure;

  /// @param model for messages
  /// @param on whether it does anything
  Breaker(String model, boolean on, Clock clock) {
    this.model = model;
    this.clock = clock;
    IntervalFunction rest =
        IntervalFunction.ofExponentialRandomBackoff(FIRST_REST, LONGER, JITTER, LONGEST_REST);
    state =
        CircuitBreaker.of(
            model,
            CircuitBreakerConfig.custom()
                .clock(clock)
                .currentTimestampFunction(Clock::millis, TimeUnit.MILLISECONDS)
                .slidingWindow(WINDOW, MIN_QUESTIONS, SlidingWindowType.COUNT_BASED)
                .failureRateThreshold(MAX_FAILED_PERCENT)
                .permittedNumberOfCallsInHalfOpenState(TRIALS)
                .maxWaitDurationInHalfOpenState(LONGEST_TRIAL)
                .waitIntervalFunctionInOpenState(
                    attempt -> {
                      long millis = rest.apply(attempt);
                      restsUntilMillis = clock.millis() + millis;
                      return millis;
                    })
                .build());
    state
        .getEventPublisher()
        .onStateTransition(event -> log(event.getStateTransition().getToState()));
    if (!on) {
      state.transitionToDisabledState();
    }
  }

  private void log(CircuitBreaker.State now) {
    if (now == CircuitBreaker.State.OPEN) {
      LOG.warn(
          "{} fails and is left alone for {} s; the last failure: {}",
          model,
          TimeUnit.MILLISECONDS.toSeconds(restsUntilMillis - clock.millis()),
          LogText.of(lastFailure));
    } else if (now == CircuitBreaker.State.CLOSED) {
      LOG.info("{} answers again", model);
    }
  }

  /// Lets a question through, of which [#answered], [#failed] or [#withdrawn] is to tell what came.
  ///
  /// @throws ModelException `OVERLOADED`
  void enter() {
    if (!state.tryAcquirePermission()) {
      long millis = Math.max(1, restsUntilMillis - clock.millis());
      throw new ModelException(
          Kind.OVERLOADED,
          "%s failed too often and is left alone for a while; the last failure: %s"
              .formatted(model, LogText.of(lastFailure)),
          Duration.ofMillis(millis),
          null);
    }
  }

  /// The provider answers.
  void answered() {
    state.onSuccess(0, TimeUnit.MILLISECONDS);
  }

  /// The provider does not, or not to the end.
  ///
  /// @param answers whether it did at first, which [#answered] told
  void failed(ModelException e, boolean answers) {
    if (COUNTED.contains(e.kind())) {
      lastFailure = e;
      state.onError(0, TimeUnit.MILLISECONDS, e);
    } else if (!answers) {
      if (e.kind() == Kind.UNREAD || e.kind() == Kind.BUSY) {
        withdrawn();
      } else {
        answered();
      }
    }
  }

  /// Nobody knows what would have come.
  void withdrawn() {
    state.releasePermission();
  }
}
