package dev.parley.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
  private static final List<String> WORDS =
      List.of("/switch", "/status", "/search", "/reply", "/react", "/join");

  @Test
  void aWordWithAWrongLetterIsFound() {
    assertThat(Nearest.to("/sttus", WORDS)).isEqualTo("/status");
    assertThat(Nearest.to("/serach", WORDS)).isEqualTo("/search");
    assertThat(Nearest.to("/JION", WORDS)).isEqualTo("/join");
    assertThat(Nearest.to("/joinn", WORDS)).isEqualTo("/join");
  }

  @Test
  void theBeginningOfAWordIsEnough() {
    assertThat(Nearest.to("/sw", WORDS)).isEqualTo("/switch");
    assertThat(Nearest.to("/rea", WORDS)).isEqualTo("/react");
  }

  @Test
  void whatIsLikeNoneIsNothing() {
    assertThat(Nearest.to("/frobnicate", WORDS)).isNull();
    assertThat(Nearest.to("/x", List.of())).isNull();
    assertThat(Nearest.to("", WORDS)).isNull();
  }
}
