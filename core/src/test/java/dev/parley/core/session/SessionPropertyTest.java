package dev.parley.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.Limits;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Facts;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/// Whatever is asked of a session and told by models, in whatever order, what must hold of it
/// holds.
final class SessionPropertyTest {
  /// Something to do, with the sequences that it may be about chosen from those that there are.
  private interface Step {
    SessionCommand command(SessionOnPaper session);
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<String> keys = Arbitraries.of("", "1", "2", "3");
    Arbitrary<String> texts = Arbitraries.of("", "a", "bc ", "d\n", "é😀");
    Arbitrary<Boolean> flags = Arbitraries.of(true, false);
    Arbitrary<Step> ask = keys.map(key -> _ -> SessionOnPaper.ask(key, "question " + key));
    Arbitrary<Step> tell =
        Combinators.combine(texts, Arbitraries.integers().between(0, 5), flags)
            .as(
                (text, ends, stale) ->
                    session ->
                        new SessionCommand.Tell(
                            sequence(session, stale), text, ends == 0 ? end(text) : null));
    Arbitrary<Step> begin =
        flags.map(
            first ->
                session ->
                    new SessionCommand.Begin(
                        session.state.queue().isEmpty()
                            ? 1
                            : first
                                ? session.state.queue().getFirst()
                                : session.state.queue().getLast(),
                        "m",
                        1));
    Arbitrary<Step> again =
        Combinators.combine(keys, flags)
            .as(
                (key, named) ->
                    session ->
                        new SessionCommand.Again(
                            SessionOnPaper.ANN, key, named ? session.state.lastTurn() : 0));
    Arbitrary<Step> stop =
        Arbitraries.integers()
            .between(0, 4)
            .map(
                which ->
                    session ->
                        new SessionCommand.Stop(
                            SessionOnPaper.ANN,
                            which < session.state.queue().size()
                                ? session.state.queue().get(which)
                                : 0));
    Arbitrary<Step> update =
        texts.map(
            text -> _ -> new SessionCommand.Update(SessionOnPaper.ANN, text.strip(), null, null));
    return Arbitraries.frequencyOf(
            Tuple.of(4, ask),
            Tuple.of(10, tell),
            Tuple.of(4, begin),
            Tuple.of(2, again),
            Tuple.of(2, stop),
            Tuple.of(1, update))
        .list()
        .ofMaxSize(80);
  }

  private static long sequence(SessionOnPaper session, boolean stale) {
    Answer answer = session.state.answer();
    return answer == null || stale ? session.entries.size() : answer.sequence();
  }

  private static SessionCommand.End end(String text) {
    return text.isEmpty()
        ? new SessionCommand.End(
            Answer.Outcome.FAILED, SessionOnPaper.complete().usage(), -1, "CUT", "cut")
        : SessionOnPaper.complete();
  }

  @Property(tries = 1_000)
  void chunksHaveNoGapAndComeToTheTextOfTheAnswer(@ForAll("steps") List<Step> steps) {
    SessionOnPaper session = SessionOnPaper.made();
    for (Step step : steps) {
      SessionState before = session.state;
      Decision<SessionEntry> decision = session.decide(step.command(session));
      if (!(decision instanceof Decision.Accepted<SessionEntry>)) {
        assertThat(session.state).isSameAs(before);
      }
      assertThat(session.state.queue())
          .isSorted()
          .doesNotHaveDuplicates()
          .allMatch(turn -> !session.state.isAnswering(turn))
          .hasSizeLessThanOrEqualTo(Limits.MAX_QUEUED_TURNS);
    }
    Reading reading = new Reading();
    for (Facts.Known<SessionEntry> known : session.entries) {
      reading.read(known.entry().sequence(), known.content());
    }
    assertThat(reading.modelMessages).isEqualTo(session.state.totals().modelMessages());
    assertThat(reading.asked - reading.ended.size())
        .as("turns that wait or are being answered")
        .isEqualTo(session.state.queue().size() + (session.state.answer() == null ? 0 : 1));
  }

  /// What somebody makes of the entries who gets them one by one.
  private static final class Reading {
    private final StringBuilder text = new StringBuilder();
    private final Set<Long> ended = new HashSet<>();
    private long newest;
    private @Nullable Long answer;
    private boolean started;
    private int chunks;
    private int asked;
    private int modelMessages;

    void read(long sequence, SessionEntry entry) {
      switch (entry) {
        case SessionEntry.Changed _ -> {}
        case SessionEntry.Asked _ -> {
          asked++;
          newest = sequence;
        }
        case SessionEntry.Again again -> {
          assertThat(again.turn()).isEqualTo(newest);
          assertThat(ended.remove(newest)).as("it had its answer").isTrue();
        }
        case SessionEntry.Begun begun -> {
          assertThat(answer).as("an answer that is under way").isNull();
          assertThat(ended).as("turns that have their answers").doesNotContain(begun.turn());
          answer = sequence;
          started = false;
          chunks = 0;
          text.setLength(0);
        }
        case SessionEntry.Started _ -> {
          assertThat(answer).isNotNull();
          assertThat(started).isFalse();
          started = true;
        }
        case SessionEntry.Chunk chunk -> {
          assertThat(started).isTrue();
          assertThat(chunk.number()).isEqualTo(++chunks);
          assertThat(chunk.text()).isNotEmpty();
          text.append(chunk.text());
        }
        case SessionEntry.Ended end -> {
          if (end.answer().sequence() == 0) {
            assertThat(end.answer().text().isEmpty()).isTrue();
          } else {
            assertThat(end.answer().sequence()).isEqualTo(answer);
            assertThat(end.answer().text()).hasToString(text.toString());
            assertThat(end.answer().chunks()).isEqualTo(chunks);
            answer = null;
            modelMessages += text.isEmpty() ? 0 : 1;
          }
          assertThat(ended.add(end.answer().turn())).isTrue();
        }
      }
    }
  }
}
