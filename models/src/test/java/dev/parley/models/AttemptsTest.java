package dev.parley.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.model.ModelException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttemptsTest {
  private static ModelException busy(Duration retryAfter) {
    return new ModelException(ModelException.Kind.OVERLOADED, "busy", retryAfter, null);
  }

  @Test
  void aProviderThatSaysHowLongIsLeftAloneForJustThat() {
    for (int tried = 1; tried < 4; tried++) {
      assertThat(Attempts.delay(busy(Duration.ofSeconds(10)), tried))
          .isEqualTo(Duration.ofSeconds(10));
      assertThat(Attempts.delay(busy(Duration.ofMillis(20)), tried))
          .isEqualTo(Duration.ofMillis(20));
    }
  }

  @Test
  void whatIsTooLongIsNotWaitedFor() {
    assertThat(Attempts.delay(busy(Duration.ofMillis(10_001)), 1)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"1, 250", "2, 500", "3, 1000"})
  void elseItIsAnyTimeUpToABoundThatDoubles(int tried, long mostMillis) {
    ModelException failed = new ModelException(ModelException.Kind.OVERLOADED, "busy");
    Set<Duration> seen = new HashSet<>();
    for (int i = 0; i < 400; i++) {
      Duration delay = Attempts.delay(failed, tried);
      assertThat(delay).isPositive().isLessThanOrEqualTo(Duration.ofMillis(mostMillis));
      seen.add(delay);
    }
    assertThat(seen).hasSizeGreaterThan(300);
    // of 400 evenly spread ones, that none is in the upper half happens once in 10^120 runs
    assertThat(seen).anyMatch(delay -> delay.toMillis() >= mostMillis / 2);
  }
}
