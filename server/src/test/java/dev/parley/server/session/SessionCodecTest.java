package dev.parley.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.session.Answer;
import dev.parley.core.session.GrowingText;
import dev.parley.core.session.SessionEntry;
import dev.parley.core.session.SessionRules;
import dev.parley.core.session.SessionState;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.TopicId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What is written is read again, as it was.
class SessionCodecTest {
  private static final TopicId TOPIC = SessionRules.topic("s");
  private static final long AT_MICROS = 1_700_000_000_123_456L;
  private static final Instant AT = SessionMapping.instant(AT_MICROS);
  private static final SessionState.About ABOUT =
      new SessionState.About("ann", "Title", "p/m", "Be brief.", AT);

  private final SessionCodec codec = new SessionCodec();

  private static Answer answer(Answer.End end) {
    return new Answer(
        7, 6, "p/m", 3, AT, true, 2, GrowingText.of("One two 😀"), Duration.ofMillis(40), end);
  }

  private static Answer.End end(Answer.Outcome outcome) {
    return new Answer.End(
        outcome, Duration.ofMillis(1_234), new Usage(10, 20, -1, -1), 99, "STOP", "why");
  }

  static List<SessionEntry> entries() {
    return List.of(
        new SessionEntry.Changed("ann", ABOUT, false, 4),
        new SessionEntry.Asked("ann", "k", "What?\n", AT),
        new SessionEntry.Asked("ann", "", "What?", AT),
        new SessionEntry.Again("ann", "k", 6),
        new SessionEntry.Again("ann", "", 6),
        new SessionEntry.Begun(6, "p/m", 3, AT),
        new SessionEntry.Started(),
        new SessionEntry.Chunk(2, "two 😀", AT),
        new SessionEntry.Ended(answer(end(Answer.Outcome.COMPLETE)), 4),
        new SessionEntry.Ended(answer(end(Answer.Outcome.STOPPED)), 4),
        new SessionEntry.Ended(answer(end(Answer.Outcome.INTERRUPTED)), 4),
        new SessionEntry.Ended(answer(end(Answer.Outcome.FAILED)), 4));
  }

  @ParameterizedTest
  @MethodSource("entries")
  void entriesAreReadAsTheyWereWritten(SessionEntry entry) {
    Draft draft = codec.encode(TOPIC, 7, entry, AT_MICROS).draft();
    SessionEntry read =
        codec.decode(
            TOPIC,
            new Entry(
                7, draft.type(), draft.author(), draft.key(), draft.atMicros(), draft.body()));
    assertThat(read).usingRecursiveComparison().isEqualTo(entry);
    assertThat(draft.content())
        .isEqualTo(entry instanceof SessionEntry.Asked || entry instanceof SessionEntry.Ended);
  }

  @Test
  void statesAreReadAsTheyWereWritten() {
    SessionState state =
        new SessionState(
            "s",
            SessionState.Existence.NOW,
            ABOUT,
            new SessionState.Totals(3, 2, 100, 200, 300),
            List.of(8L, 9L),
            new Answer(7, 6, "p/m", 3, AT, false, 0, GrowingText.EMPTY, null, null),
            9);
    assertThat(codec.decodeState(TOPIC, codec.encodeState(state)))
        .usingRecursiveComparison()
        .ignoringFields("answer.text")
        .isEqualTo(state);
  }

  @Test
  void anEntryOfANewerVersionIsToldAsSuch() {
    assertThatThrownBy(
            () -> codec.decode(TOPIC, new Entry(3, 99, "", null, AT_MICROS, new byte[0])))
        .hasMessage("entry 3 of session:s: type 99 is not known (written by a newer version?)");
  }
}
