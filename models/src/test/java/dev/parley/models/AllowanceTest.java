package dev.parley.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AllowanceTest {
  private final TestMeter clock = new TestMeter();

  private Allowance allowance(int maxQuestions, long tokensPerMinute) {
    return new Allowance("somebody", new Quota(maxQuestions, tokensPerMinute), clock);
  }

  @Test
  void noMoreQuestionsThanAllowedAreLetInUntilOneLeaves() {
    Allowance allowance = allowance(2, 0);
    allowance.enter();
    allowance.enter();
    ModelException refused = assertThrows(ModelException.class, allowance::enter);
    assertThat(refused.kind()).isEqualTo(Kind.RATE_LIMITED);
    assertThat(refused)
        .hasMessage("2 questions of somebody are under way (expected: at most that)");
    allowance.leave(0);
    assertThatNoException().isThrownBy(allowance::enter);
    assertThrows(ModelException.class, allowance::enter);
  }

  @Test
  void whoUsedMoreTokensThanAllowedWaitsUntilTheDebtIsGone() {
    Allowance allowance = allowance(10, 600);
    allowance.enter();
    allowance.leave(900); // 300 of debt, of which ten a second go
    ModelException refused = assertThrows(ModelException.class, allowance::enter);
    assertThat(refused.kind()).isEqualTo(Kind.RATE_LIMITED);
    Duration wait = refused.retryAfter();
    assertThat(wait).isBetween(Duration.ofSeconds(30), Duration.ofMillis(30_200));
    clock.turn(Duration.ofSeconds(29));
    assertThrows(ModelException.class, allowance::enter);
    clock.turn(Duration.ofMillis(1_200));
    assertThatNoException().isThrownBy(allowance::enter);
  }

  @Test
  void aRefusedQuestionDoesNotCountAsUnderWay() {
    Allowance allowance = allowance(1, 60);
    allowance.enter();
    allowance.leave(61);
    for (int i = 0; i < 5; i++) {
      assertThrows(ModelException.class, allowance::enter);
    }
    clock.turn(Duration.ofSeconds(5));
    assertThatNoException().isThrownBy(allowance::enter);
  }

  @Test
  void eachOfManyHasHisOwn() {
    Allowances allowances = new Allowances(new Quota(1, 0));
    allowances.of("ann").enter();
    assertThrows(ModelException.class, allowances.of("ann")::enter);
    assertThatNoException().isThrownBy(allowances.of("ben")::enter);
  }
}
