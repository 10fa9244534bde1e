package dev.parley.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.measure.Cost;
import dev.parley.bench.measure.Work;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class LimitTest {
  private static final Work WINDOW = new Work(5, 1, 1, 4, 100, 80, 0, 16, 0.2);
  private static final Work RATE = new Work(5, 1, 1, 1, 100, 80, 500, 16, 0.2);

  @Test
  void writesAsMuchAsPossible() {
    Cost cost = Limit.measure(WINDOW);
    assertThat(cost.deliveries()).isPositive().matches(n -> n % 20 == 0, "whole rounds");
    assertThat(cost.cpuSeconds()).isPositive();
  }

  @Test
  void writesAtARate() {
    assertThat(Limit.measure(RATE).deliveries()).isBetween(5L, 105L);
  }

  @Test
  void doesTheSameWithoutACompiler() throws IOException {
    Cost cost = new JavaLimit(WINDOW).measure();
    assertThat(cost.deliveries()).isPositive().matches(n -> n % 20 == 0, "whole rounds");
    assertThat(new JavaLimit(RATE).measure().deliveries()).isBetween(5L, 105L);
  }
}
