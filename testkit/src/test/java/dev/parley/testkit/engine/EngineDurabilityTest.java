package dev.parley.testkit.engine;

import static dev.parley.testkit.engine.Desk.HALL;
import static dev.parley.testkit.engine.Desk.pin;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.error.Reason;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalException.Cause;
import dev.parley.core.topic.TopicId;
import dev.parley.testkit.engine.BoardCommand.Where;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What is acknowledged is durable, what is refused did not happen, and nobody is told before.
final class EngineDurabilityTest {
  private final Desk desk = Desk.fresh();

  @BeforeEach
  void enrol() {
    desk.enrol("alice");
  }

  private static JournalException failure(Cause kind) {
    return new JournalException(kind, "on purpose", null);
  }

  @Test
  void nothingIsPublishedToldOrAnsweredBeforeItsCommitReturned() {
    desk.attach(HALL, "alice", new Ear(desk.journal.log), new BoardCommand.Look("alice"));
    desk.turn();
    desk.journal.log.clear();
    desk.submit(pin("alice", "1"));
    desk.submit(new BoardCommand.Nudge("hey"));
    desk.attach("bob");
    desk.turn();
    assertThat(desk.journal.log)
        .startsWith(
            "commit begins",
            "commit returns",
            "published",
            "answered",
            "signalled",
            "answered",
            "attached");
  }

  @Test
  void batchIsOneCommit() {
    long before = desk.journal.journal.commits();
    for (int i = 1; i <= 100; i++) {
      desk.submit(pin("alice", "k" + i));
    }
    desk.turn();
    assertThat(desk.journal.journal.commits()).isEqualTo(before + 1);
    assertThat(desk.journaled()).hasSize(100);
  }

  @Test
  void whatNeedsNoCommitMakesNone() {
    long before = desk.journal.journal.commits();
    desk.now(new BoardCommand.Nudge("hey")).done();
    desk.now(new BoardCommand.Look("bob")).done();
    assertThat(desk.journal.journal.commits()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "FULL,      STORAGE_FULL",
    "READ_ONLY, STORAGE_READ_ONLY",
    "CORRUPT,   STORAGE_CORRUPT",
    "BROKEN,    STORAGE_UNAVAILABLE"
  })
  void failedCommitIsRefusedAndLeavesNoTrace(Cause kind, Reason reason) {
    Desk.Listener listener = desk.attach("bob");
    desk.turn();
    desk.journal.journal.failNextCommit(kind);
    Desk.Answer one = desk.submit(pin("alice", "1"));
    Desk.Answer two = desk.submit(new BoardCommand.Expel("bob"));
    desk.turn();
    one.refused(reason);
    two.refused(reason);
    assertThat(desk.engine.failure().reason()).isEqualTo(reason);
    assertThat(listener.ear.entries).isEmpty();
    assertThat(listener.ear.evictions).isEmpty();
    assertThat(desk.journaled()).isEmpty();

    desk.now(pin("alice", "1")).doneAt(1);
    assertThat(listener.ear.sequences()).containsExactly(1L);
    desk.advance(Duration.ofSeconds(1));
    assertThat(desk.engine.failure()).isNull();
  }

  @Test
  void smallCommitThatStillFitsDoesNotEndAnOutage() {
    desk.journal.journal.failNextCommit(Cause.FULL);
    desk.now(pin("alice", "1")).refused(Reason.STORAGE_FULL);
    desk.now(pin("alice", "2")).doneAt(1);
    assertThat(desk.engine.failure().reason()).isEqualTo(Reason.STORAGE_FULL);
    desk.advance(Duration.ofSeconds(1));
    assertThat(desk.engine.failure()).isNull();
  }

  @Test
  void storageThatWorksAgainIsNoticedWithoutACommit() {
    desk.journal.journal.failCommits(Cause.FULL);
    desk.now(pin("alice", "1")).refused(Reason.STORAGE_FULL);
    assertThat(desk.journal.log).doesNotContain("probe");
    desk.advance(Duration.ofSeconds(1));
    assertThat(desk.engine.failure().reason()).isEqualTo(Reason.STORAGE_FULL);
    desk.journal.journal.failCommits(null);
    desk.advance(Duration.ofMillis(999));
    assertThat(desk.engine.failure()).isNotNull();
    desk.advance(Duration.ofMillis(1));
    assertThat(desk.engine.failure()).isNull();
    assertThat(desk.journal.log).filteredOn("probe"::equals).hasSize(2);
  }

  @Test
  void whileStorageIsFullWhatNeedsNoneOfItGoesOn() {
    desk.now(pin("alice", "1")).doneAt(1);
    Desk.Listener listener = desk.attach("bob");
    desk.turn();
    desk.journal.journal.failCommits(Cause.FULL);

    Desk.Answer refused = desk.submit(pin("alice", "2"));
    Desk.Answer repeated = desk.submit(pin("alice", "1"));
    Desk.Answer dependent = desk.submit(pin("alice", "2"));
    Desk.Answer nudge = desk.submit(new BoardCommand.Nudge("hey"));
    Desk.Listener late = desk.attach("alice");
    Desk.Answer stranger = desk.submit(pin("carol", "3"));
    desk.turn();
    refused.refused(Reason.STORAGE_FULL);
    repeated.repeatedAt(1);
    dependent.refused(Reason.STORAGE_FULL);
    nudge.doneAt(0);
    stranger.refused(Reason.NOT_A_MEMBER);
    assertThat(listener.ear.signals).contains(new Board.Nudged("hey"));
    assertThat(late.begun().lastSequence()).isEqualTo(1);
    assertThat(late.begun().member()).isNotNull();
  }

  @Test
  void lookupThatFailsIsRefusedForItsReason() {
    desk.journal.findFails = failure(Cause.CORRUPT);
    Desk.Answer answer = desk.submit(pin("alice", "1"));
    Desk.Listener listener = desk.attach("bob");
    desk.turn();
    answer.refused(Reason.STORAGE_CORRUPT);
    listener.refused(Reason.STORAGE_CORRUPT);
    assertThat(desk.engine.failure().reason()).isEqualTo(Reason.STORAGE_CORRUPT);

    desk.journal.findFails = null;
    desk.now(pin("alice", "1")).doneAt(1);
  }

  @Test
  void topicThatCannotBeLoadedHarmsNoOther() {
    desk.journal.headFails = failure(Cause.CORRUPT);
    Desk.Answer other = desk.submit(Board.topic("cellar"), new BoardCommand.Look("bob"));
    Desk.Answer here = desk.submit(pin("alice", "1"));
    desk.turn();
    other.refused(Reason.STORAGE_CORRUPT);
    here.doneAt(1);

    desk.journal.headFails = null;
    Desk.Answer again = desk.submit(Board.topic("cellar"), new BoardCommand.Look("bob"));
    desk.turn();
    again.done();
  }

  @ParameterizedTest
  @EnumSource(
      value = Cause.class,
      names = {"FULL", "BROKEN"})
  void commitThatSucceededAndWasReportedAsFailedIsFoundAtOnce(Cause kind) {
    Desk.Listener listener = desk.attach("bob");
    desk.turn();
    desk.journal.journal.failNextCommitAfterwards(kind);
    desk.now(pin("alice", "1")).repeatedAt(1);
    assertThat(listener.ear.sequences()).containsExactly(1L);
    desk.now(pin("alice", "2")).doneAt(2);
    assertThat(listener.ear.sequences()).containsExactly(1L, 2L);
  }

  @Test
  void anotherWritersEntriesArePublishedInTheirPlace() {
    Desk other = desk.another();
    Desk.Listener here = desk.attach("bob");
    Desk.Listener there = other.attach("bob");
    desk.turn();
    other.turn();
    desk.now(pin("alice", "1")).doneAt(1);
    other.now(pin("alice", "2")).doneAt(2);
    other.now(pin("alice", "3")).doneAt(3);
    desk.now(pin("alice", "4")).doneAt(4);
    other.now(pin("alice", "5")).doneAt(5);
    assertThat(here.ear.sequences()).containsExactly(1L, 2L, 3L, 4L);
    assertThat(there.ear.sequences()).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(desk.engine.failure()).isNull();
    assertThat(here.ear.flushes).isPositive();
  }

  @Test
  void sameMessageSentToTwoWritersIsOneMessage() {
    Desk other = desk.another();
    Desk.Listener listener = other.attach("bob");
    other.turn();
    desk.now(pin("alice", "1")).doneAt(1);
    other.now(pin("alice", "1")).repeatedAt(1);
    assertThat(desk.journaled()).containsExactly(1L);
    assertThat(listener.ear.sequences()).containsExactly(1L);
  }

  @Test
  void whoDecidedOnOldStateDecidesAgain() {
    Desk other = desk.another();
    desk.journal.beforeCommits.add(() -> other.now(new BoardCommand.TakeDown()).doneAt(1));
    desk.now(pin("alice", "1")).refused(Reason.ROOM_DELETED);
    desk.now(pin("alice", "2")).refused(Reason.ROOM_DELETED);
  }

  @Test
  void writerWhoIsAlwaysOvertakenGivesUpAndSaysSo() {
    Desk other = desk.another();
    for (int i = 0; i < 5; i++) {
      String key = "other" + i;
      desk.journal.beforeCommits.add(() -> other.now(pin("alice", key)).done());
    }
    Desk.Listener listener = desk.attach("bob");
    desk.turn();
    desk.now(pin("alice", "1")).refused(Reason.STORAGE_UNAVAILABLE);
    assertThat(listener.ear.sequences()).containsExactly(1L, 2L, 3L, 4L, 5L);
    desk.now(pin("alice", "1")).doneAt(6);
    assertThat(listener.ear.sequences()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void repeatedMessageHasOnePlace() {
    Desk.Listener listener = desk.attach("bob");
    Desk.Answer first = desk.submit(pin("alice", "1"));
    Desk.Answer inTheBatch = desk.submit(pin("alice", "1"));
    desk.turn();
    first.doneAt(1);
    inTheBatch.repeatedAt(1);
    desk.now(pin("alice", "1")).repeatedAt(1);
    desk.another().now(pin("alice", "1")).repeatedAt(1);
    assertThat(desk.now(pin("alice", "1")).done().atMicros()).isEqualTo(first.done().atMicros());
    assertThat(listener.ear.sequences()).isEmpty();
    assertThat(listener.begun().lastSequence()).isEqualTo(1);
  }

  @Test
  void rewrittenEntriesAreReadAsTheyAreNow() {
    Desk.Listener listener = desk.attach("bob");
    desk.submit(pin("alice", "1"));
    desk.turn();
    desk.now(new BoardCommand.Rewrite("alice", "2", 1, "better")).doneAt(2);
    assertSameAsJournal(listener);

    Desk.Answer pinned = desk.submit(pin("alice", "3"));
    desk.submit(new BoardCommand.Rewrite("alice", "4", 3, "at once"));
    desk.turn();
    pinned.doneAt(3);
    assertThat(body(listener.ear.entries.get(1))).isEqualTo("0:at once");
    assertSameAsJournal(listener);
  }

  @Test
  void whatIsRewrittenManyTimesInABatchIsRewrittenOnce() {
    Desk.Listener listener = desk.attach("bob");
    desk.now(pin("alice", "1")).doneAt(1);
    for (int i = 2; i <= 100; i++) {
      desk.submit(new BoardCommand.Rewrite("alice", "k" + i, 1, "version " + i));
    }
    desk.turn();
    assertThat(desk.journal.commits.getLast())
        .singleElement()
        .satisfies(append -> assertThat(append.drafts()).hasSize(99))
        .satisfies(append -> assertThat(append.amendments()).hasSize(1));
    Entry rewritten = desk.journal.journal.read(HALL, 0, 1, 1).getFirst();
    assertThat(body(rewritten)).isEqualTo("0:version 100");
    assertSameAsJournal(listener);
  }

  @Test
  void whatAnotherWriterRewroteIsNotReadFromMemoryAsItWas() {
    Desk.Listener listener = desk.attach("bob");
    desk.now(pin("alice", "1")).doneAt(1);
    desk.now(pin("alice", "2")).doneAt(2);
    desk.another().now(new BoardCommand.Rewrite("alice", "3", 1, "better")).doneAt(3);
    desk.now(pin("alice", "4")).doneAt(4);
    assertSameAsJournal(listener);
    assertThat(listener.ear.sequences()).containsExactly(2L, 3L, 4L);
  }

  private static String body(Entry entry) {
    return new String(entry.body(), StandardCharsets.UTF_8);
  }

  /// Whatever the tail holds is what the journal holds.
  private void assertSameAsJournal(Desk.Listener listener) {
    List<Entry> journaled = desk.journal.journal.read(HALL, 0, 1_000, 1 << 30);
    for (int after = 0; after < journaled.size(); after++) {
      List<Entry> read = listener.begun().tail().read(after, journaled.size(), 1_000, 1 << 30);
      for (Entry entry : read) {
        assertThat(body(entry)).isEqualTo(body(journaled.get((int) entry.sequence() - 1)));
      }
    }
    assertThat(listener.begun().tail().read(journaled.size() - 1, journaled.size(), 1, 1))
        .hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  void rulesAndCodecsThatFailHarmThatCommandOnly(Where where) {
    Desk.Listener listener = desk.attach("bob");
    Desk.Answer before = desk.submit(pin("alice", "1"));
    Desk.Answer broken = desk.submit(new BoardCommand.Break(where));
    Desk.Answer after = desk.submit(pin("alice", "2"));
    Desk.Answer elsewhere = desk.submit(Board.topic("cellar"), new BoardCommand.Look("x"));
    desk.turn();
    before.doneAt(1);
    broken.refused(Reason.INTERNAL);
    after.doneAt(2);
    elsewhere.done();
    assertThat(desk.engine.failure()).isNull();
    assertThat(desk.journaled()).containsExactly(1L, 2L);
    assertThat(listener.begun().lastSequence()).isEqualTo(2);
  }

  @Test
  void commandsOfAnotherKindAndUnknownKindsAreRefused() {
    Desk.Answer nonsense = desk.submit(HALL, "what?");
    Desk.Answer unknown = desk.submit(new TopicId("opera", "x"), new BoardCommand.Look("x"));
    Desk.Answer good = desk.submit(pin("alice", "1"));
    desk.turn();
    nonsense.refused(Reason.INTERNAL);
    unknown.refused(Reason.INTERNAL);
    good.doneAt(1);
  }

  @Test
  void entryThatCannotBeReadMakesItsTopicUnusableAndNoOther() {
    desk.now(new BoardCommand.Pin("alice", "1", Board.UNREADABLE)).doneAt(1);
    Desk restarted = desk.another();
    restarted.now(pin("alice", "2")).refused(Reason.INTERNAL);
    Desk.Answer elsewhere = restarted.submit(Board.topic("cellar"), new BoardCommand.Enrol("x"));
    restarted.turn();
    elsewhere.done();
  }

  @Test
  void listenersAndAnswersThatFailHarmThemselvesOnly() {
    Desk.Listener broken = desk.attach("bob");
    Desk.Listener sound = desk.attach("carol");
    desk.turn();
    broken.ear.broken = true;
    desk.engine.submit(
        HALL,
        pin("alice", "1"),
        _ -> {
          throw new IllegalStateException("on purpose");
        });
    Desk.Answer next = desk.submit(pin("alice", "2"));
    desk.submit(new BoardCommand.Expel("bob"));
    desk.turn();
    next.doneAt(2);
    assertThat(sound.ear.sequences()).containsExactly(1L, 2L);
  }

  @Test
  void profilesAreStored() {
    desk.engine.save(Desk.profile("alice"));
    desk.turn();
    assertThat(desk.journal.journal.profiles(List.of("alice", "bob")))
        .containsExactly(Map.entry("alice", Desk.profile("alice")));
  }
}
