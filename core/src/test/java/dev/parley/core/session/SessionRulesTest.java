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
    session.accept(new SessionCommand.Stop(ANN, 0));
    SessionEntry.Ended ended = (SessionEntry.Ended) session.last();
    assertThat(ended.answer().end().outcome()).isEqualTo(Answer.Outcome.STOPPED);
    assertThat(ended.answer().text()).hasToString("half");
    session.refuse(new SessionCommand.Tell(answer, "rest", complete()), Reason.INVALID_REQUEST);

    assertThat(session.state.queue()).hasSize(1);
    assertThat(session.accept(new SessionCommand.Stop(ANN, 0)))
        .as("a late one does not reach the next turn")
        .isEqualTo(Decision.Accepted.nothing());
    assertThat(session.state.queue()).hasSize(1);
  }

  @Test
  void aTurnThatWaitsIsStoppedWithoutTheAnswerUnderWay() {
    SessionOnPaper session = SessionOnPaper.made();
    session.accept(ask("1", "first"));
    session.accept(ask("2", "second"));
    session.accept(ask("3", "third"));
    long answer = session.begin();
    long second = session.state.queue().getFirst();
    session.accept(new SessionCommand.Stop(ANN, second));
    assertThat(session.state.queue()).hasSize(1).doesNotContain(second);
    session.accept(new SessionCommand.Tell(answer, "all", complete()));
    assertThat(session.accept(new SessionCommand.Stop(ANN, second)))
        .isEqualTo(Decision.Accepted.nothing());
    session.begin();
    session.accept(new SessionCommand.Stop(ANN, session.state.answer().turn()));
    assertThat(session.state.answer()).isNull();
    assertThat(session.state.totals().messages()).isEqualTo(4);
  }

  @Test
  void theNewestTurnIsAnsweredAgain() {
    SessionOnPaper session = SessionOnPaper.made();
    session.refuse(again("", 0), Reason.INVALID_REQUEST);
    session.accept(ask("1", "first"));
    session.accept(ask("2", "second"));
    session.refuse(again("", 0), Reason.INVALID_REQUEST);
    session.accept(new SessionCommand.Tell(session.begin(), "one", complete()));
    long first = session.begin();
    session.refuse(again("", 0), Reason.INVALID_REQUEST);
    session.accept(new SessionCommand.Tell(first, "two", complete()));

    session.refuse(again("", 2), Reason.INVALID_REQUEST);
    session.accept(again("a", 3));
    assertThat(session.decide(again("a", 3))).isInstanceOf(Decision.Repeated.class);
    session.refuse(again("b", 3), Reason.INVALID_REQUEST);
    session.accept(ask("3", "third"));
    assertThat(session.state.queue().getFirst()).isEqualTo(3);
    long second = session.begin();
    assertThat(second).isGreaterThan(first);
    session.accept(new SessionCommand.Tell(second, "better", complete()));
    Exchange exchange = exchanges(session).get(1);
    assertThat(exchange.answer().text()).hasToString("better");
    assertThat(exchange.answers()).isEqualTo(2);
    assertThat(session.state.totals()).isEqualTo(new SessionState.Totals(3, 3, 9, 15, 21));
  }

  private static SessionCommand.Again again(String key, long turn) {
    return new SessionCommand.Again(ANN, key, turn);
  }

  private static List<Exchange> exchanges(SessionOnPaper session) {
    Exchange.Gathering gathering = new Exchange.Gathering(0, Long.MAX_VALUE);
    session.entries.forEach(known -> gathering.add(known.entry().sequence(), known.content()));
    return gathering.exchanges();
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
    session.refuse(new SessionCommand.Stop(BEN, 0), Reason.SESSION_NOT_FOUND);
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
    SessionOnPaper fork = new SessionOnPaper();
    List<Exchange> before = exchanges(session);
    fork.accept(new SessionCommand.Create(BEN, "", "simulated/simulated", "", before));
    assertThat(fork.entries).hasSize(3);
    SessionEntry.Ended copied = (SessionEntry.Ended) fork.last();
    assertThat(copied.answer().turn()).isEqualTo(2);
    assertThat(copied.answer().text()).hasToString("one");
    assertThat(fork.state.queue()).isEmpty();
    assertThat(fork.state.totals()).isEqualTo(new SessionState.Totals(1, 1, 0, 0, 0));
    fork.accept(new SessionCommand.Ask(BEN, "1", "second"));
    fork.begin();

    Exchange unanswered = new Exchange(2, "open", before.getFirst().at(), null, 0);
    new SessionOnPaper()
        .refuse(
            new SessionCommand.Create(ANN, "", "p/m", "", List.of(unanswered)),
            Reason.INVALID_REQUEST);
  }
}
