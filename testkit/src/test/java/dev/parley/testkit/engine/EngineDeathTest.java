package dev.parley.testkit.engine;

import static dev.parley.testkit.engine.Desk.HALL;
import static dev.parley.testkit.engine.Desk.pin;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.error.Reason;
import dev.parley.core.topic.Departure;
import dev.parley.core.topic.Outcome;
import dev.parley.core.user.Status;
import dev.parley.testkit.topic.MemoryJournal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// An engine that cannot go on says so to everybody, and leaves nobody waiting.
@Timeout(60)
final class EngineDeathTest {
  private final Desk desk = Desk.fresh();

  @BeforeEach
  void enrol() {
    desk.enrol("alice");
  }

  @AfterEach
  void close() {
    desk.engine.close();
  }

  /// Has the engine take everything that was submitted, which is to be its end.
  private void runToDeath() {
    desk.engine.start();
    desk.engine.close();
    assertThat(desk.engine.death()).isNotNull();
  }

  @Test
  void errorOfTheRulesRefusesItsBatchAndWhatComesBehind() throws Exception {
    desk.engine.start();
    Desk.Answer before;
    Desk.Answer with;
    Desk.Answer collapse;
    Desk.Answer behind;
    Desk.Listener listener;
    try (MemoryJournal.Stall stall = desk.journal.journal.stallCommits()) {
      before = desk.submit(pin("alice", "1"));
      stall.awaitCommit();
      with = desk.submit(pin("alice", "2"));
      collapse = desk.submit(new BoardCommand.Collapse());
      behind = desk.submit(pin("alice", "3"));
      listener = desk.attach("bob");
    }
    desk.engine.close();
    before.doneAt(1);
    with.refused(Reason.INTERNAL);
    collapse.refused(Reason.INTERNAL);
    behind.refused(Reason.INTERNAL);
    listener.refused(Reason.INTERNAL);
    assertThat(desk.engine.death()).isInstanceOf(StackOverflowError.class);
    assertThat(desk.engine.failure().reason()).isEqualTo(Reason.INTERNAL);
    assertThat(desk.journaled()).containsExactly(1L);
  }

  @Test
  void whoComesAfterwardsIsAnsweredAtOnce() {
    desk.submit(new BoardCommand.Collapse());
    runToDeath();
    desk.submit(pin("alice", "1")).refused(Reason.INTERNAL);
    Desk.Listener listener = desk.attach("bob");
    listener.refused(Reason.INTERNAL);
    listener.detach(Departure.BROKEN);
    List<Reason> reasons = new ArrayList<>();
    desk.engine.present(HALL, "", 10, (_, _) -> {}, refusal -> reasons.add(refusal.reason()));
    desk.engine.online(List.of(HALL), _ -> {}, refusal -> reasons.add(refusal.reason()));
    desk.engine.status(List.of(HALL), "bob", Status.AWAY, () -> reasons.add(Reason.INTERNAL));
    assertThat(reasons).containsExactly(Reason.INTERNAL, Reason.INTERNAL, Reason.INTERNAL);
  }

  @Test
  void errorWhileLookingUpAnswersToo() {
    desk.journal.beforeFind =
        _ -> {
          throw new OutOfMemoryError("on purpose");
        };
    Desk.Answer answer = desk.submit(pin("alice", "1"));
    runToDeath();
    answer.refused(Reason.INTERNAL);
    assertThat(desk.engine.death()).isInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void failureOutsideOfABatchIsTheEndToo() {
    desk.journal.reapBreaks = new IllegalStateException("on purpose");
    Desk.Answer last = desk.submit(new BoardCommand.TakeDown());
    runToDeath();
    last.done();
    desk.submit(pin("alice", "1")).refused(Reason.INTERNAL);
    assertThat(desk.engine.death()).isSameAs(desk.journal.reapBreaks);
  }

  @Test
  void errorOfAnAnswerRefusesTheOthersAndTheyMayAskAgain() {
    desk.engine.submit(
        HALL,
        pin("alice", "1"),
        outcome -> {
          assertThat(outcome).isInstanceOf(Outcome.Done.class);
          throw new OutOfMemoryError("on purpose");
        });
    Desk.Answer other = desk.submit(pin("alice", "2"));
    runToDeath();
    other.refused(Reason.INTERNAL);
    desk.another().now(pin("alice", "2")).repeatedAt(2);
  }

  @Test
  void deathWhileManyAskLeavesNobodyWaiting() {
    int asked = 10_000;
    AtomicInteger answers = new AtomicInteger();
    desk.engine.start();
    for (int i = 0; i < asked; i++) {
      boolean last = i == asked / 2;
      desk.engine.submit(
          HALL,
          last ? new BoardCommand.Collapse() : new BoardCommand.Look("alice"),
          _ -> answers.incrementAndGet());
    }
    desk.engine.close();
    assertThat(answers).hasValue(asked);
  }
}
