package dev.parley.server.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WholeAnswerTest {
  @Test
  void aBeginningIsOfWholeCharacters() {
    String text = "aü丝😀b";
    int[] characters = text.codePoints().toArray();
    for (int maxBytes = -1; maxBytes <= 12; maxBytes++) {
      String longest = "";
      for (int count = 1; count <= characters.length; count++) {
        String beginning = new String(characters, 0, count);
        longest = beginning.getBytes(UTF_8).length <= maxBytes ? beginning : longest;
      }
      assertThat(WholeAnswer.beginning(text, maxBytes)).isEqualTo(longest);
    }
  }
}
