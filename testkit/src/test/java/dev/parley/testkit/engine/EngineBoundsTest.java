package dev.parley.testkit.engine;

import static dev.parley.testkit.engine.Desk.HALL;
import static dev.parley.testkit.engine.Desk.pin;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.error.Reason;
import dev.parley.core.limit.Limits;
import dev.parley.core.topic.Append;
import dev.parley.core.topic.Departure;
import dev.parley.core.topic.Outcome;
import dev.parley.core.topic.Tail;
import dev.parley.core.topic.TopicId;
import dev.parley.testkit.ManualClock;
import dev.parley.testkit.topic.MemoryJournal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// Everything is bounded, and what is forgotten is there again when it is asked for.
final class EngineBoundsTest {
  private static final Limits.Tunable DEFAULTS = Limits.Tunable.defaults();

  private static Limits.Tunable limits(
      int maxQueued, int maxBatch, int maxTailBytes, long maxTailBytesInAll, int maxIdle) {
    return limits(
        maxQueued, maxBatch, DEFAULTS.maxBatchBytes(), maxTailBytes, maxTailBytesInAll, maxIdle);
  }

  private static Limits.Tunable limits(
      int maxQueued,
      int maxBatch,
      int maxBatchBytes,
      int maxTailBytes,
      long maxTailBytesInAll,
      int maxIdle) {
    return new Limits.Tunable(
        DEFAULTS.maxFrameBytes(),
        DEFAULTS.maxMetadataBytes(),
        DEFAULTS.maxRoomsPerStream(),
        DEFAULTS.maxInFlight(),
        DEFAULTS.maxStreamsPerConnection(),
        maxQueued,
        maxBatch,
        maxBatchBytes,
        64,
        maxTailBytes,
        maxTailBytesInAll,
        maxIdle,
        /* snapshotEvery= */ 5,
        DEFAULTS.presenceGrace(),
        DEFAULTS.presenceInterval(),
        DEFAULTS.pingInterval(),
        DEFAULTS.pingTimeout(),
        DEFAULTS.stallTimeout(),
        DEFAULTS.joinWait());
  }

  private static Desk desk(Limits.Tunable limits) {
    return new Desk(new MemoryJournal(), new ManualClock(), limits);
  }

  private static TopicId topic(int i) {
    return Board.topic("board " + i);
  }

  @Test
  void commandBeyondTheQueueIsRefusedAtOnce() {
    Desk desk = desk(limits(3, 100, 1_000, 1_000, 10));
    Desk.Answer first = desk.submit(new BoardCommand.Enrol("alice"));
    desk.submit(pin("alice", "1"));
    desk.submit(pin("alice", "2"));
    Desk.Answer beyond = desk.submit(pin("alice", "3"));
    beyond.refused(Reason.OVERLOADED);
    assertThat(((Outcome.Refused) beyond.outcome()).refusal().retryAfter()).isPositive();
    assertThat(first.came()).isFalse();
    desk.turn();
    first.done();
    desk.now(pin("alice", "3")).doneAt(3);
  }

  @Test
  void whatWaitsIsBoundedInBytesToo() {
    Desk desk = desk(Limits.Tunable.defaults());
    String large = "x".repeat(1 << 20);
    desk.submit(new BoardCommand.Enrol("alice"));
    int fitting = (int) (Limits.MAX_QUEUED_BYTES / large.length());
    Desk.Answer last = null;
    for (int i = 0; i < fitting; i++) {
      last = desk.submit(new BoardCommand.Pin("alice", "k" + i, large));
    }
    desk.submit(new BoardCommand.Pin("alice", "beyond", large)).refused(Reason.OVERLOADED);
    while (!last.came()) {
      desk.turn();
    }
    last.done();
    desk.now(new BoardCommand.Pin("alice", "beyond", large)).done();
  }

  @Test
  void turnTakesNoMoreThanABatch() {
    Desk desk = desk(limits(100, 2, 1_000, 1_000, 10));
    desk.submit(new BoardCommand.Enrol("alice")).came();
    desk.submit(pin("alice", "1"));
    Desk.Answer third = desk.submit(pin("alice", "2"));
    desk.turn();
    assertThat(third.came()).isFalse();
    desk.turn();
    third.doneAt(2);
  }

  /// Bytes of everything in one commit.
  private static int bytes(List<Append> appends) {
    int bytes = 0;
    for (Append append : appends) {
      bytes += append.drafts().stream().mapToInt(draft -> draft.body().length).sum();
      bytes += append.amendments().stream().mapToInt(amendment -> amendment.body().length).sum();
    }
    return bytes;
  }

  @Test
  void turnTakesNoMoreThanSoManyBytesAndTheRestInItsOrderNext() {
    int max = 100_000;
    int large = 5_000;
    Desk desk = desk(limits(10_000, 1_000, max, 1_000, 1_000, 10));
    desk.enrol("alice");
    String text = "x".repeat(large);
    List<Desk.Answer> answers = new ArrayList<>();
    for (int i = 1; i <= 200; i++) {
      TopicId topic = i % 2 == 0 ? HALL : topic(0);
      desk.submit(topic, new BoardCommand.Enrol("alice"));
      answers.add(desk.submit(topic, new BoardCommand.Pin("alice", "k" + i, text)));
    }
    desk.journal.commits.clear();
    int turns = 0;
    while (desk.engine.turn() == 0 && !answers.getLast().came()) {
      turns++;
    }
    assertThat(turns).isLessThan(200 * large / max + 5);
    assertThat(desk.journal.commits)
        .allSatisfy(
            commit ->
                assertThat(bytes(commit)).isLessThan(max + Limits.MAX_LOOKED_UP * (large + 2)));
    for (int i = 1; i <= 200; i++) {
      answers.get(i - 1).doneAt((i + 1) / 2);
    }
  }

  @Test
  void whatIsReadForABatchCountsToo() {
    int large = 5_000;
    Desk desk = desk(limits(10_000, 1_000, 10 * large, 1_000, 1_000, 10));
    desk.enrol("alice");
    String text = "x".repeat(large);
    for (int i = 1; i <= 100; i++) {
      desk.now(new BoardCommand.Pin("alice", "k" + i, text)).doneAt(i);
    }
    List<Desk.Answer> again = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      again.add(desk.submit(new BoardCommand.Pin("alice", "k" + i, text)));
    }
    desk.turn();
    assertThat(again.stream().filter(Desk.Answer::came)).hasSize(Limits.MAX_LOOKED_UP);
    while (desk.engine.turn() == 0 && !again.getLast().came()) {}
    for (int i = 1; i <= 100; i++) {
      again.get(i - 1).repeatedAt(i);
    }
  }

  @Test
  void tailsTogetherKeepToTheirBound() {
    Desk desk = desk(limits(100, 100, 10_000, 1_500, 10));
    List<Tail> tails = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      desk.submit(topic(i), new BoardCommand.Enrol("alice"));
      Desk.Listener listener =
          desk.attach(topic(i), "alice", new Ear(), new BoardCommand.Look("alice"));
      desk.turn();
      tails.add(listener.begun().tail());
      for (int k = 1; k <= 5; k++) {
        desk.submit(topic(i), pin("alice", "k" + k));
      }
      desk.turn();
    }
    assertThat(tails.get(3).read(0, 5, 10, 10_000)).hasSize(5);
    assertThat(tails.get(2).read(0, 5, 10, 10_000)).hasSize(5);
    assertThat(tails.get(1).read(0, 5, 10, 10_000)).isEmpty();
    assertThat(tails.get(0).read(0, 5, 10, 10_000)).isEmpty();

    desk.submit(topic(0), pin("alice", "k6"));
    desk.turn();
    assertThat(tails.get(0).read(5, 6, 10, 10_000)).hasSize(1);
  }

  @Test
  void topicsWithoutListenersAreForgottenLongestUnusedFirst() {
    Desk desk = desk(limits(100, 100, 1_000, 1_000, 2));
    for (int i = 0; i < 3; i++) {
      desk.submit(topic(i), new BoardCommand.Enrol("alice"));
      desk.turn();
    }
    desk.journal.loads.clear();
    for (int i = 0; i < 3; i++) {
      desk.submit(topic(2 - i), new BoardCommand.Look("alice"));
      desk.turn();
    }
    assertThat(desk.journal.loads).containsExactly(topic(0));
  }

  @Test
  void topicsOfWhichMoreIsToComeAreKeptUntilItHasCome() {
    Desk desk = desk(limits(100, 100, 1_000, 1_000, 2));
    for (int i = 0; i < 5; i++) {
      desk.submit(topic(i), new BoardCommand.Enrol("alice"));
      desk.submit(topic(i), new BoardCommand.Pin("alice", "k", Board.BUSY));
      desk.turn();
    }
    desk.journal.loads.clear();
    for (int i = 0; i < 5; i++) {
      desk.submit(topic(i), pin("alice", "done"));
      desk.turn();
    }
    assertThat(desk.journal.loads).isEmpty();
    for (int i = 4; i >= 0; i--) {
      desk.submit(topic(i), new BoardCommand.Look("alice"));
      desk.turn();
    }
    assertThat(desk.journal.loads).containsExactly(topic(2), topic(1), topic(0));
  }

  @Test
  void topicsThatDoNotExistAreNotKept() {
    Desk desk = desk(limits(100, 100, 1_000, 1_000, 2));
    desk.submit(topic(0), new BoardCommand.Look("alice"));
    desk.turn();
    desk.submit(topic(0), new BoardCommand.Look("alice"));
    desk.turn();
    assertThat(desk.journal.loads).containsExactly(topic(0), topic(0));
  }

  @Test
  void topicsWithListenersAreKept() {
    Desk desk = desk(limits(100, 100, 1_000, 1_000, 0));
    Desk.Listener listener = desk.attach("alice");
    desk.enrol("alice");
    desk.journal.loads.clear();
    for (int i = 0; i < 3; i++) {
      desk.submit(topic(i), new BoardCommand.Enrol("alice"));
      desk.turn();
    }
    desk.now(pin("alice", "1")).doneAt(1);
    assertThat(desk.journal.loads).doesNotContain(HALL);
    assertThat(listener.ear.sequences()).containsExactly(1L);
  }

  /// A forgotten topic's deadline must not bring it back beside the one that was loaded since.
  @Test
  void topicThatIsForgottenWhileItHasSomethingToTellIsNotMixedUpWithItself() {
    Desk desk = desk(limits(100, 100, 1_000, 1_000, 0));
    desk.enrol("alice");
    Desk.Listener first = desk.attach("alice");
    desk.turn();
    first.detach(Departure.LEFT);
    desk.turn();
    Desk.Listener second = desk.attach("alice");
    desk.turn();
    desk.advance(DEFAULTS.presenceInterval());
    desk.advance(DEFAULTS.presenceInterval());
    desk.now(pin("alice", "1")).doneAt(1);
    desk.now(pin("alice", "2")).doneAt(2);
    assertThat(second.ear.sequences()).containsExactly(1L, 2L);
  }

  @Test
  void reloadedTopicIsTheSameWhateverItsSnapshotsAre() {
    Desk desk = desk(limits(100, 100, 1_000, 1_000, 0));
    Desk kept = desk(limits(100, 100, 1_000, 1_000, 0));
    desk.enrol("alice");
    kept.enrol("alice");
    kept.attach("keeper");
    for (int i = 1; i <= 23; i++) {
      desk.now(pin("alice", "k" + i)).doneAt(i);
      kept.now(pin("alice", "k" + i)).doneAt(i);
      assertThat(desk.state(HALL)).isEqualTo(kept.state(HALL));
    }
    assertThat(desk.journal.journal.head(HALL).snapshot().sequence()).isEqualTo(20);
  }

  @Test
  void stateThatCannotBeSnapshotHarmsNothing() {
    Desk desk = desk(limits(100, 100, 1_000, 1_000, 10));
    desk.enrol("alice");
    for (int i = 1; i <= 12; i++) {
      desk.now(pin("alice", "k" + i)).doneAt(i);
    }
    assertThat(desk.journal.journal.head(HALL).snapshot().sequence()).isEqualTo(10);
  }

  @Test
  void runningEngineAnswersEverythingBeforeItEnds() throws Exception {
    Desk desk = desk(limits(100_000, 50, 1_000, 1_000, 10));
    desk.enrol("alice");
    desk.engine.start();
    int senders = 4;
    int each = 250;
    List<CompletableFuture<Outcome>> answers = new ArrayList<>();
    for (int i = 0; i < senders * each; i++) {
      answers.add(new CompletableFuture<>());
    }
    List<Thread> threads = new ArrayList<>();
    for (int sender = 0; sender < senders; sender++) {
      int from = sender * each;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = from; i < from + each; i++) {
                      desk.engine.submit(HALL, pin("alice", "k" + i), answers.get(i)::complete);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    desk.engine.close();
    assertThat(answers)
        .allSatisfy(answer -> assertThat(answer.getNow(null)).isInstanceOf(Outcome.Done.class));
    assertThat(answers.stream().map(a -> ((Outcome.Done) a.join()).sequence()).distinct())
        .hasSize(senders * each);
    assertThat(desk.journaled()).hasSize(senders * each);
  }

  @Test
  void commandsGatherWhileACommitWaitsForTheDisk() throws Exception {
    Desk desk = Desk.fresh();
    desk.enrol("alice");
    long before = desk.journal.journal.commits();
    desk.engine.start();
    List<CompletableFuture<Outcome>> answers = new ArrayList<>();
    try (MemoryJournal.Stall stall = desk.journal.journal.stallCommits()) {
      for (int i = 0; i < 100; i++) {
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        answers.add(answer);
        desk.engine.submit(HALL, pin("alice", "k" + i), answer::complete);
        if (i == 0) {
          stall.awaitCommit();
        }
      }
      assertThat(answers).noneMatch(CompletableFuture::isDone);
    }
    answers.forEach(CompletableFuture::join);
    desk.engine.close();
    assertThat(desk.journal.journal.commits()).isEqualTo(before + 2);
  }
}
