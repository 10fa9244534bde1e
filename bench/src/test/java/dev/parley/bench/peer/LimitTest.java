package dev.parley.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.measure.Cost;
import dev.parley.bench.measure.Work;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Both limits do the work, and no more than it.
final class LimitTest {
  private static final Work WINDOW = new Work(4, 2, 2, 200, 80, 0, 16, 0.5);
  private static final Work RATE = new Work(4, 2, 2, 200, 80, 400, 3, 0.5);

  static List<Function<Work, Cost>> limits() {
    return List.of(Limit::measure, LimitTest::inJava);
  }

  private static Cost inJava(Work work) {
    try {
      return Limit.inJava(work);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @MethodSource("limits")
  void refillsTheWindow(Function<Work, Cost> limit) {
    // 4 connections of 2 streams in 2 rooms: 4 members each; far more than one window of messages
    Cost cost = limit.apply(WINDOW);
    assertThat(cost.deliveries()).isGreaterThan(2 * 4 * 16);
    assertThat(cost.cpuSeconds()).isNotNegative();
  }

  @ParameterizedTest
  @MethodSource("limits")
  void deliversNoMoreThanTheRate(Function<Work, Cost> limit) {
    assertThat(limit.apply(RATE).deliveries()).isBetween(4L, 220L);
  }
}
