package dev.parley.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.Limits;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ContextTest {
  private static Exchange exchange(long sequence, String question, @Nullable String text) {
    Answer answer =
        text == null
            ? null
            : Answer.begun(sequence + 1, new SessionEntry.Begun(sequence, "m", 1, Instant.EPOCH))
                .plus(new SessionEntry.Chunk(1, text, Instant.EPOCH))
                .ended(
                    new Answer.End(
                        Answer.Outcome.COMPLETE, Duration.ZERO, Usage.UNKNOWN, -1, "", ""));
    return new Exchange(sequence, question, Instant.EPOCH, answer);
  }

  private static List<String> said(Context context) {
    List<String> said = new ArrayList<>();
    for (Prompt.Turn turn : context.turns()) {
      for (Part part : turn.parts()) {
        said.add(turn.role() + " " + ((Part.Text) part).text());
      }
    }
    return said;
  }

  @Test
  void instructionsComeFirstAndTheQuestionLast() {
    Context context = Context.of("Be brief.", List.of(exchange(2, "one", "1")), "two");
    assertThat(said(context))
        .containsExactly("SYSTEM Be brief.", "USER one", "ASSISTANT 1", "USER two");
    assertThat(context.messages()).isEqualTo(3);
  }

  @Test
  void aQuestionWithoutAnAnswerIsShownWithTheNextOne() {
    Context context =
        Context.of("", List.of(exchange(2, "one", null), exchange(3, "two", "2")), "three");
    assertThat(context.turns())
        .extracting(Prompt.Turn::role)
        .containsExactly(Role.USER, Role.ASSISTANT, Role.USER);
    assertThat(said(context)).containsExactly("USER one", "USER two", "ASSISTANT 2", "USER three");
    assertThat(context.messages()).isEqualTo(4);
  }

  @Test
  void theNewestExchangesThatFitAreShownWhole() {
    String half = "x".repeat(Limits.MAX_CONTEXT_BYTES / 2 - 100);
    List<Exchange> before =
        List.of(exchange(2, "old", half), exchange(4, "middle", half), exchange(6, "new", "n"));
    assertThat(said(Context.of("", before, "now")))
        .containsExactly(
            "USER old",
            "ASSISTANT " + half,
            "USER middle",
            "ASSISTANT " + half,
            "USER new",
            "ASSISTANT n",
            "USER now");
    assertThat(said(Context.of("y".repeat(300), before, "now")))
        .startsWith("SYSTEM " + "y".repeat(300), "USER middle", "ASSISTANT " + half);
    assertThat(Context.of("", before, "z".repeat(Limits.MAX_CONTEXT_BYTES)).messages())
        .isEqualTo(1);
  }

  @Test
  void noMoreExchangesAreShownThanTheLimit() {
    List<Exchange> before = new ArrayList<>();
    for (int i = 0; i < Limits.MAX_CONTEXT_TURNS + 5; i++) {
      before.add(exchange(2L * i + 2, "q" + i, "a" + i));
    }
    Context context = Context.of("", before, "now");
    assertThat(context.messages()).isEqualTo(2 * Limits.MAX_CONTEXT_TURNS + 1);
    assertThat(said(context)).startsWith("USER q5");
  }

  @Test
  void answersAreFoundByTheirTurnsHoweverTheyLieInTheJournal() {
    Answer first =
        Answer.begun(3, new SessionEntry.Begun(2, "m", 1, Instant.EPOCH))
            .plus(new SessionEntry.Chunk(1, "first", Instant.EPOCH));
    List<Exchange> exchanges =
        Exchange.of(
            java.util.Map.of(
                2L, new SessionEntry.Asked("ann", "", "one", Instant.EPOCH),
                4L, new SessionEntry.Asked("ann", "", "two", Instant.EPOCH),
                5L, new SessionEntry.Ended(first, 3)));
    assertThat(exchanges).extracting(Exchange::question).containsExactly("one", "two");
    assertThat(exchanges).extracting(each -> each.answer() != null).containsExactly(true, false);
  }
}
