package dev.parley.core.session;

import static dev.parley.core.session.SessionOnPaper.ANN;
import static dev.parley.core.session.SessionOnPaper.BEN;
import static dev.parley.core.session.SessionOnPaper.ask;
import static dev.parley.core.session.SessionOnPaper.complete;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.error.Reason;
import dev.parley.core.limit.Limits;
import dev.parley.core.topic.Decision;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SessionRulesTest {
  @Test
  void anAnswerIsBegunStartedToldInChunksAndEnded() {
    SessionOnPaper session = SessionOnPaper.made();
    session.accept(ask("k", "Hello"));
    long answer = session.begin();
    session.accept(new SessionCommand.Tell(answer, "", null));
    assertThat(session.last()).isEqualTo(new SessionEntry.Started());
    session.nowMicros += 1_500_000;
    session.accept(new SessionCommand.Tell(answer, "One ", null));
    session.nowMicros += 500_000;
    session.accept(new SessionCommand.Tell(answer, "two", complete()));

    assertThat(session.last()).isInstanceOf(SessionEntry.Ended.class);
    SessionEntry.Ended ended = (SessionEntry.Ended) session.last();
    assertThat(ended.messages()).isEqualTo(2);
    assertThat(ended.answer().text()).hasToString("One two");
    assertThat(ended.answer().chunks()).isEqualTo(2);
    assertThat(ended.answer().firstChunkAfter()).isEqualTo(Duration.ofMillis(1_500));
    assertThat(ended.answer().end().took()).isEqualTo(Duration.ofSeconds(2));
    assertThat(session.state.answer()).isNull();
    assertThat(session.state.queue()).isEmpty();
    assertThat(session.state.totals()).isEqualTo(new SessionState.Totals(1, 1, 3, 5, 7));
  }

  @Test
  void turnsThatComeMeanwhileWaitInOrderUpToTheLimit() {
    SessionOnPaper session = SessionOnPaper.made();
    session.accept(ask("1", "first"));
    long answer = session.begin();
    for (int i = 0; i < Limits.MAX_QUEUED_TURNS; i++) {
      session.accept(ask("w" + i, "next"));
    }
    session.refuse(ask("w", "one more"), Reason.LIMIT_REACHED);
    long second = session.state.queue().getFirst();
    session.refuse(new SessionCommand.Begin(second, "m", 1), Reason.INVALID_REQUEST);
    session.accept(new SessionCommand.Tell(answer, "x", complete()));
    long third = session.state.queue().get(1);
    session.refuse(new SessionCommand.Begin(third, "m", 1), Reason.INVALID_REQUEST);
    session.accept(new SessionCommand.Begin(second, "m", 1));
  }

  @Test
  void theSameMessageSentAgainIsAskedOnce() {
    SessionOnPaper session = SessionOnPaper.made();
    session.accept(ask("k", "Hello"));
    assertThat(session.decide(ask("k", "Hello"))).isInstanceOf(Decision.Repeated.class);
    assertThat(session.state.queue()).hasSize(1);
    session.accept(ask("", "Hello"));
    session.accept(ask("", "Hello"));
    assertThat(session.state.queue()).hasSize(3);
  }

  @Test
  void stoppingKeepsWhatHasComeAndLaterPiecesAreRefused() {
    SessionOnPaper session = SessionOnPaper.made();
    session.accept(ask("1", "first"));
    session.accept(ask("2", "second"));
    long answer = session.begin();
    session.accept(new SessionCommand.Tell(answer, "half", null));
    session.accept(new SessionCommand.Stop(ANN));
    SessionEntry.Ended ended = (SessionEntry.Ended) session.last();
    assertThat(ended.answer().end().outcome()).isEqualTo(Answer.Outcome.STOPPED);
    assertThat(ended.answer().text()).hasToString("half");
    session.refuse(new SessionCommand.Tell(answer, "rest", complete()), Reason.INVALID_REQUEST);

    assertThat(session.state.queue()).hasSize(1);
    session.accept(new SessionCommand.Stop(ANN));
    assertThat(session.state.queue()).isEmpty();
    assertThat(session.accept(new SessionCommand.Stop(ANN))).isEqualTo(Decision.Accepted.nothing());
  }

  @Test
  void anAnswerThatFailsBeforeItsFirstPieceHasNoStart() {
    SessionOnPaper session = SessionOnPaper.made();
    session.accept(ask("1", "first"));
    long answer = session.begin();
    SessionCommand.End failed =
        new SessionCommand.End(
            Answer.Outcome.FAILED, complete().usage(), -1, "UNREACHABLE", "no connection");
    session.accept(new SessionCommand.Tell(answer, "", failed));
    assertThat(session.entries).hasSize(4);
    assertThat(session.state.totals().modelMessages()).isZero();
  }

  @Test
  void othersDoNotLearnThatASessionIsThere() {
    SessionOnPaper session = SessionOnPaper.made();
    session.refuse(new SessionCommand.Watch(BEN), Reason.SESSION_NOT_FOUND);
    session.refuse(new SessionCommand.Ask(BEN, "", "Hello"), Reason.SESSION_NOT_FOUND);
    session.refuse(new SessionCommand.Stop(BEN), Reason.SESSION_NOT_FOUND);
    session.refuse(new SessionCommand.Delete(BEN), Reason.SESSION_NOT_FOUND);
    session.accept(new SessionCommand.Watch(ANN));
  }

  @Test
  void aDeletedSessionTakesNothingMoreNotFromTheModelEither() {
    SessionOnPaper session = SessionOnPaper.made();
    session.accept(ask("1", "first"));
    long answer = session.begin();
    assertThat(session.accept(new SessionCommand.Delete(ANN)).erased()).isTrue();
    session.refuse(new SessionCommand.Tell(answer, "x", null), Reason.SESSION_NOT_FOUND);
    session.refuse(ask("2", "second"), Reason.SESSION_NOT_FOUND);
    session.refuse(
        new SessionCommand.Create(ANN, "", "simulated/simulated", "", List.of()),
        Reason.INVALID_REQUEST);
  }

  @Test
  void changesHoldFromThenOnAndLeaveTheRestAsItIs() {
    SessionOnPaper session = SessionOnPaper.made();
    session.accept(ask("1", "first"));
    session.accept(new SessionCommand.Update(ANN, "New", null, "Be brief."));
    assertThat(session.state.about().title()).isEqualTo("New");
    assertThat(session.state.about().model()).isEqualTo("simulated/simulated");
    assertThat(session.state.about().systemPrompt()).isEqualTo("Be brief.");
    assertThat(session.state.queue()).hasSize(1);
    assertThat(session.accept(new SessionCommand.Update(ANN, "New", null, null)))
        .isEqualTo(Decision.Accepted.nothing());
  }

  @Test
  void aSessionCanGoOnFromWhatWasSaidInAnother() {
    SessionOnPaper session = SessionOnPaper.made();
    session.accept(ask("1", "first"));
    session.accept(new SessionCommand.Tell(session.begin(), "one", complete()));
    Map<Long, SessionEntry> entries = new TreeMap<>();
    session.entries.forEach(known -> entries.put(known.entry().sequence(), known.content()));

    SessionOnPaper fork = new SessionOnPaper();
    List<Exchange> before = Exchange.of(entries);
    fork.accept(new SessionCommand.Create(BEN, "", "simulated/simulated", "", before));
    assertThat(fork.entries).hasSize(3);
    SessionEntry.Ended copied = (SessionEntry.Ended) fork.last();
    assertThat(copied.answer().turn()).isEqualTo(2);
    assertThat(copied.answer().text()).hasToString("one");
    assertThat(fork.state.queue()).isEmpty();
    assertThat(fork.state.totals()).isEqualTo(new SessionState.Totals(1, 1, 0, 0, 0));
    fork.accept(new SessionCommand.Ask(BEN, "1", "second"));
    fork.begin();

    Exchange unanswered = new Exchange(2, "open", before.getFirst().at(), null);
    new SessionOnPaper()
        .refuse(
            new SessionCommand.Create(ANN, "", "p/m", "", List.of(unanswered)),
            Reason.INVALID_REQUEST);
  }
}
