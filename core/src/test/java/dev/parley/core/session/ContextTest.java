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
  private static final int MAX = 128 << 10;

  private static Exchange exchange(long sequence, String question, @Nullable String text) {
    Answer answer =
        text == null
            ? null
            : Answer.begun(sequence + 1, new SessionEntry.Begun(sequence, "m", 1, Instant.EPOCH))
                .plus(new SessionEntry.Chunk(1, text, Instant.EPOCH))
                .ended(
                    new Answer.End(
                        Answer.Outcome.COMPLETE, Duration.ZERO, Usage.UNKNOWN, -1, "", ""));
    return new Exchange(sequence, question, Instant.EPOCH, answer, answer == null ? 0 : 1);
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
    Context context = Context.of("Be brief.", List.of(exchange(2, "one", "1")), "two", MAX);
    assertThat(said(context))
        .containsExactly("SYSTEM Be brief.", "USER one", "ASSISTANT 1", "USER two");
    assertThat(context.messages()).isEqualTo(3);
  }

  @Test
  void aQuestionWithoutAnAnswerIsShownWithTheNextOne() {
    Context context =
        Context.of("", List.of(exchange(2, "one", null), exchange(3, "two", "2")), "three", MAX);
    assertThat(context.turns())
        .extracting(Prompt.Turn::role)
        .containsExactly(Role.USER, Role.ASSISTANT, Role.USER);
    assertThat(said(context)).containsExactly("USER one", "USER two", "ASSISTANT 2", "USER three");
    assertThat(context.messages()).isEqualTo(4);
  }

  @Test
  void theNewestExchangesThatFitAreShownWhole() {
    String half = "x".repeat(MAX / 2 - 100);
    List<Exchange> before =
        List.of(exchange(2, "old", half), exchange(4, "middle", half), exchange(6, "new", "n"));
    assertThat(said(Context.of("", before, "now", MAX)))
        .containsExactly(
            "USER old",
            "ASSISTANT " + half,
            "USER middle",
            "ASSISTANT " + half,
            "USER new",
            "ASSISTANT n",
            "USER now");
    assertThat(said(Context.of("y".repeat(300), before, "now", MAX)))
        .startsWith("SYSTEM " + "y".repeat(300), "USER middle", "ASSISTANT " + half);
    assertThat(Context.of("", before, "z".repeat(MAX), MAX).messages()).isEqualTo(1);
  }

  @Test
  void noMoreExchangesAreShownThanTheLimit() {
    List<Exchange> before = new ArrayList<>();
    for (int i = 0; i < Limits.MAX_CONTEXT_TURNS + 5; i++) {
      before.add(exchange(2L * i + 2, "q" + i, "a" + i));
    }
    Context context = Context.of("", before, "now", MAX);
    assertThat(context.messages()).isEqualTo(2 * Limits.MAX_CONTEXT_TURNS + 1);
    assertThat(said(context)).startsWith("USER q5");
  }

  @Test
  void answersAreFoundByTheirTurnsHoweverTheyLieInTheJournal() {
    Answer first =
        Answer.begun(3, new SessionEntry.Begun(2, "m", 1, Instant.EPOCH))
            .plus(new SessionEntry.Chunk(1, "first", Instant.EPOCH));
    Exchange.Gathering gathering = new Exchange.Gathering(1, 5);
    gathering.add(5, new SessionEntry.Ended(first, 3));
    gathering.add(4, new SessionEntry.Asked("ann", "", "two", Instant.EPOCH));
    gathering.add(2, new SessionEntry.Asked("ann", "", "one", Instant.EPOCH));
    gathering.add(1, new SessionEntry.Asked("ann", "", "too early", Instant.EPOCH));
    gathering.add(6, new SessionEntry.Asked("ann", "", "too late", Instant.EPOCH));
    List<Exchange> exchanges = gathering.exchanges();
    assertThat(exchanges).extracting(Exchange::question).containsExactly("one", "two");
    assertThat(exchanges).extracting(each -> each.answer() != null).containsExactly(true, false);
  }

  @Test
  void ofSeveralAnswersTheNewestWithAnyTextStands() {
    Exchange.Gathering gathering = new Exchange.Gathering(0, Long.MAX_VALUE);
    gathering.add(2, new SessionEntry.Asked("ann", "", "one", Instant.EPOCH));
    gathering.add(12, ended(2, ""));
    gathering.add(9, ended(2, "later"));
    gathering.add(5, ended(2, "earlier"));
    Exchange exchange = gathering.exchanges().getFirst();
    assertThat(exchange.answer().text()).hasToString("later");
    assertThat(exchange.answers()).isEqualTo(3);
    assertThat(gathering.bytes()).isEqualTo("one".length() + "later".length());
  }

  private static SessionEntry.Ended ended(long turn, String text) {
    Answer answer = Answer.begun(turn + 1, new SessionEntry.Begun(turn, "m", 1, Instant.EPOCH));
    return new SessionEntry.Ended(
        text.isEmpty() ? answer : answer.plus(new SessionEntry.Chunk(1, text, Instant.EPOCH)), 3);
  }
}
