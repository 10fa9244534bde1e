package dev.parley.server.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.model.ModelException;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.Started;
import org.junit.jupiter.api.Test;

class WholeAnswerTest {
  private static ChatResponse text(String text) {
    return ChatResponse.newBuilder().setText(text).build();
  }

  @Test
  void whatItHoldsCountsUntilItBeginsAnew() {
    MemoryBudget memory = new MemoryBudget(20_000);
    WholeAnswer answer = new WholeAnswer(memory.share());
    answer.add(text("a".repeat(9_000)));
    ModelException full =
        assertThrows(ModelException.class, () -> answer.add(text("b".repeat(1_000))));
    assertThat(full.kind()).isEqualTo(ModelException.Kind.BUSY);
    assertThat(answer.build().getText()).as("what there was room for").hasSize(9_000);
    answer.add(ChatResponse.newBuilder().setStarted(Started.getDefaultInstance()).build());
    answer.add(text("c".repeat(9_000)));
    assertThat(answer.build().getText()).isEqualTo("c".repeat(9_000));
  }

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
