package dev.parley.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlipsTest {
  @ParameterizedTest
  @CsvSource({
    "'', '', 0",
    "word, word, 0",
    "'', word, 4",
    "word, wrd, 1",
    "word, woord, 1",
    "word, ward, 1",
    "word, wrod, 1",
    "word, owrd, 1",
    "word, drow, 3",
    "kitten, sitting, 3",
    "ca, abc, 3",
  })
  void countsLettersToChange(String one, String other, int distance) {
    assertThat(Slips.distance(one, other)).isEqualTo(distance);
    assertThat(Slips.distance(other, one)).isEqualTo(distance);
  }
}
