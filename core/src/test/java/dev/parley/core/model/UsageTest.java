package dev.parley.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.model.ModelEvent.Usage;
import org.junit.jupiter.api.Test;

class UsageTest {
  @Test
  void whatNoAnswerTakesIsNotBelieved() {
    Usage absurd = new Usage(Long.MAX_VALUE, 1L << 62, Long.MIN_VALUE, -7);
    assertThat(absurd).isEqualTo(new Usage(1_000_000_000, 1_000_000_000, -1, -1));
    assertThat(absurd.input() + absurd.output()).isPositive();
  }
}
