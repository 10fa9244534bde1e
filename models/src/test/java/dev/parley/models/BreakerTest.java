package dev.parley.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BreakerTest {
  private final TestClock clock = new TestClock();
  private final Breaker breaker = new Breaker("one/a", true, clock);

  private void fail(int times, Kind kind) {
    for (int i = 0; i < times; i++) {
      breaker.enter();
      breaker.failed(new ModelException(kind, "x"), false);
    }
  }

  private void rest() {
    clock.turn(Duration.ofSeconds(7));
  }

  @ParameterizedTest
  @EnumSource(names = {"OVERLOADED", "FAILED", "UNREACHABLE", "TIMEOUT", "CUT", "MALFORMED"})
  void aProviderThatFailsAgainAndAgainIsLeftAlone(Kind kind) {
    fail(10, kind);
    ModelException refused = assertThrows(ModelException.class, breaker::enter);
    assertThat(refused.kind()).isEqualTo(Kind.OVERLOADED);
    assertThat(refused).hasMessageStartingWith("one/a failed too often");
    assertThat(refused.retryAfter()).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"OVERLOADED", "FAILED", "UNREACHABLE", "TIMEOUT", "CUT", "MALFORMED"})
  void aProviderThatAnswersNoOrIsNotReadIsAsked(Kind kind) {
    fail(100, kind);
    assertThatNoException().isThrownBy(breaker::enter);
  }

  @Test
  void aTrialThatNobodyReadsSaysNothing() {
    fail(10, Kind.FAILED);
    rest();
    fail(2, Kind.UNREAD);
    fail(2, Kind.FAILED);
    assertThrows(ModelException.class, breaker::enter);
  }

  @Test
  void oneThatIsOffLetsEverythingThrough() {
    Breaker off = new Breaker("one/a", false, clock);
    for (int i = 0; i < 100; i++) {
      off.enter();
      off.failed(new ModelException(Kind.FAILED, "x"), false);
    }
  }

  @Test
  void aFewFailuresAmongAnswersAreNoReason() {
    for (int i = 0; i < 50; i++) {
      breaker.enter();
      breaker.answered();
      breaker.enter();
      breaker.answered();
      fail(1, Kind.FAILED);
    }
    assertThatNoException().isThrownBy(breaker::enter);
  }

  @Test
  void afterAWhileAFewQuestionsTryItAndTheirAnswersOpenTheWay() {
    fail(10, Kind.FAILED);
    rest();
    breaker.enter();
    breaker.enter();
    assertThrows(ModelException.class, breaker::enter);
    breaker.answered();
    breaker.answered();
    for (int i = 0; i < 10; i++) {
      breaker.enter();
    }
  }

  @Test
  void whatIsWithdrawnGivesItsTrialToAnother() {
    fail(10, Kind.FAILED);
    rest();
    for (int i = 0; i < 10; i++) {
      breaker.enter();
      breaker.withdrawn();
    }
  }

  @Test
  void aProviderThatDoesNotRecoverRestsLonger() {
    fail(10, Kind.FAILED);
    rest();
    fail(2, Kind.FAILED);
    assertThrows(ModelException.class, breaker::enter);
    clock.turn(Duration.ofSeconds(7));
    assertThrows(ModelException.class, breaker::enter);
    clock.turn(Duration.ofSeconds(7));
    assertThatNoException().isThrownBy(breaker::enter);
  }
}
