package dev.parley.server.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RoomAnswerTest {
  @Test
  void aLongAnswerIsToldLessOften() {
    assertThat(RoomAnswer.pause("")).isEqualTo(Duration.ofMillis(250));
    assertThat(RoomAnswer.pause("x".repeat(4_096))).isEqualTo(Duration.ofMillis(250));
    assertThat(RoomAnswer.pause("ä".repeat(8_192))).isEqualTo(Duration.ofSeconds(1));
    assertThat(RoomAnswer.pause("x".repeat(65_536))).isEqualTo(Duration.ofSeconds(4));
  }
}
