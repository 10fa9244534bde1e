package dev.parley.testkit.engine;

import static dev.parley.testkit.engine.Desk.HALL;
import static dev.parley.testkit.engine.Desk.pin;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.error.Reason;
import dev.parley.core.topic.Decision.Eviction;
import dev.parley.core.topic.Departure;
import dev.parley.core.topic.JournalException;
import dev.parley.core.user.Present;
import dev.parley.core.user.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who listens, who is said to be there, and what happens when that changes in the same moment.
final class EngineListenersTest {
  private static final Duration INTERVAL = Duration.ofMillis(250);
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final Desk desk = Desk.fresh();

  @BeforeEach
  void enrol() {
    desk.enrol("alice");
  }

  private int online() {
    List<Integer> answers = new ArrayList<>();
    desk.engine.present(HALL, "", 100, (online, _) -> answers.add(online), _ -> {});
    desk.turn();
    return answers.getFirst();
  }

  @Test
  void listenerHearsWhatComesAfterTheEndThatItWasTold() {
    desk.now(pin("alice", "1"));
    desk.submit(pin("alice", "2"));
    Desk.Listener listener = desk.attach("bob");
    desk.submit(pin("alice", "3"));
    desk.turn();
    assertThat(listener.begun().lastSequence()).isEqualTo(3);
    assertThat(listener.begun().member()).isNull();
    assertThat(listener.begun().online()).isEqualTo(1);
    assertThat(listener.ear.entries).isEmpty();
    desk.now(pin("alice", "4"));
    listener.detach(Departure.LEFT);
    desk.submit(pin("alice", "5"));
    desk.turn();
    desk.now(pin("alice", "6"));
    assertThat(listener.ear.sequences()).containsExactly(4L, 5L);
  }

  @Test
  void outletHearsOnceHoweverManyListenBehindIt() {
    Ear ear = new Ear();
    Desk.Listener one = desk.attach(HALL, "bob", ear, new BoardCommand.Look("bob"));
    Desk.Listener two = desk.attach(HALL, "carol", ear, new BoardCommand.Look("carol"));
    desk.turn();
    desk.now(pin("alice", "1"));
    one.detach(Departure.LEFT);
    desk.turn();
    desk.now(pin("alice", "2"));
    two.detach(Departure.LEFT);
    desk.turn();
    desk.now(pin("alice", "3"));
    assertThat(ear.sequences()).containsExactly(1L, 2L);
  }

  @Test
  void refusedAttachmentListensToNothingAndNeedsNoEnd() {
    Ear ear = new Ear();
    Desk.Listener good = desk.attach(HALL, "bob", ear, new BoardCommand.Look("bob"));
    Desk.Listener bad = desk.attach(HALL, "bob", ear, pin("stranger", "1"));
    desk.turn();
    good.begun();
    bad.refused(Reason.NOT_A_MEMBER);
    bad.detach(Departure.BROKEN);
    bad.detach(Departure.LEFT);
    desk.turn();
    desk.now(pin("alice", "1"));
    assertThat(ear.sequences()).containsExactly(1L);
    assertThat(online()).isEqualTo(1);
  }

  @Test
  void subscriptionEndsOnce() {
    Ear ear = new Ear();
    Desk.Listener one = desk.attach(HALL, "bob", ear, new BoardCommand.Look("bob"));
    desk.attach(HALL, "bob", ear, new BoardCommand.Look("bob"));
    desk.turn();
    one.detach(Departure.LEFT);
    one.detach(Departure.LEFT);
    desk.turn();
    desk.now(pin("alice", "1"));
    assertThat(ear.sequences()).containsExactly(1L);
    assertThat(online()).isEqualTo(1);
  }

  @Test
  void guestWhoEntersAndSpeaksInOneBatchIsHeard() {
    Desk.Listener guest = desk.attach("guest");
    Desk.Answer answer = desk.submit(pin("guest", "1"));
    desk.turn();
    guest.begun();
    answer.doneAt(1);
  }

  @Test
  void guestWhoseEnteringIsRefusedIsNotThere() {
    desk.attach(HALL, "guest", new Ear(), pin("stranger", "1"));
    Desk.Answer answer = desk.submit(pin("guest", "1"));
    desk.turn();
    answer.refused(Reason.NOT_A_MEMBER);
  }

  @Test
  void whoIsExpelledIsSilentFromThereOn() {
    desk.attach("guest");
    desk.turn();
    Desk.Answer before = desk.submit(pin("guest", "1"));
    desk.submit(new BoardCommand.Expel("guest"));
    Desk.Answer after = desk.submit(pin("guest", "2"));
    desk.turn();
    before.doneAt(1);
    after.refused(Reason.NOT_A_MEMBER);
  }

  @Test
  void whoEntersAndIsExpelledInOneBatchIsOut() {
    Desk.Listener bob = desk.attach("bob");
    desk.submit(new BoardCommand.Expel("bob"));
    desk.turn();
    bob.begun();
    assertThat(bob.ear.evictions).containsExactly(new Eviction("bob", "EXPELLED"));
    desk.now(pin("alice", "1"));
    assertThat(bob.ear.entries).isEmpty();
    assertThat(online()).isZero();
  }

  @Test
  void whoIsExpelledAndEntersAgainInOneBatchIsIn() {
    Desk.Listener first = desk.attach("bob");
    desk.turn();
    desk.submit(new BoardCommand.Expel("bob"));
    Desk.Listener second = desk.attach("bob");
    Desk.Answer answer = desk.submit(pin("bob", "1"));
    desk.turn();
    answer.doneAt(1);
    assertThat(first.ear.evictions).hasSize(1);
    assertThat(second.ear.evictions).isEmpty();
    desk.now(pin("alice", "2"));
    assertThat(second.ear.sequences()).containsExactly(2L);
    assertThat(first.ear.sequences()).containsExactly(1L);
  }

  @Test
  void streamThatBrokeWhileItsUserWasExpelledDoesNotEndTheUsersNewOne() {
    Ear ear = new Ear();
    Desk.Listener old = desk.attach(HALL, "bob", ear, new BoardCommand.Look("bob"));
    desk.turn();
    desk.submit(new BoardCommand.Expel("bob"));
    desk.attach(HALL, "bob", ear, new BoardCommand.Look("bob"));
    old.detach(Departure.BROKEN);
    old.detach(Departure.EVICTED);
    desk.turn();
    desk.now(pin("alice", "1"));
    assertThat(ear.sequences()).containsExactly(1L);
    desk.advance(GRACE);
    assertThat(online()).isEqualTo(1);
  }

  @Test
  void guestsAreExpelledAndMembersStay() {
    Desk.Listener guest = desk.attach("guest");
    Desk.Listener enrolled = desk.attach("bob");
    Desk.Listener member = desk.attach("alice");
    desk.turn();
    desk.enrol("bob");
    Desk.Listener late = desk.attach("late");
    desk.submit(new BoardCommand.ExpelGuests());
    desk.turn();
    assertThat(guest.ear.evictions).containsExactly(new Eviction("guest", "NO_GUESTS"));
    assertThat(late.ear.evictions).containsExactly(new Eviction("late", "NO_GUESTS"));
    assertThat(enrolled.ear.evictions).isEmpty();
    assertThat(member.ear.evictions).isEmpty();
    assertThat(online()).isEqualTo(2);
  }

  @Test
  void resumingUserNeitherLeavesNorJoins() {
    Desk.Listener alice = desk.attach("alice");
    desk.turn();
    desk.advance(INTERVAL);
    Desk.Listener bob = desk.attach("bob");
    desk.turn();
    assertThat(alice.ear.presence()).containsExactly("+alice", "+bob");
    bob.detach(Departure.BROKEN);
    desk.turn();
    desk.advance(GRACE.minusMillis(1));
    assertThat(online()).isEqualTo(2);
    desk.attach("bob");
    desk.turn();
    desk.advance(GRACE.multipliedBy(2));
    assertThat(alice.ear.presence()).isEmpty();
  }

  @Test
  void whoDoesNotComeBackIsSaidToHaveLeftWithoutAnyoneAsking() {
    Desk.Listener alice = desk.attach("alice");
    Desk.Listener bob = desk.attach("bob");
    desk.turn();
    assertThat(alice.ear.presence()).containsExactly("+alice", "+bob");
    bob.detach(Departure.BROKEN);
    desk.turn();
    assertThat(desk.engine.turn()).isBetween(1L, GRACE.toNanos());
    desk.advance(GRACE);
    assertThat(alice.ear.presence()).containsExactly("-bob");
    assertThat(alice.ear.flushes).isPositive();
  }

  @Test
  void whoLeavesOnPurposeHasLeftAtOnce() {
    Desk.Listener alice = desk.attach("alice");
    Desk.Listener bob = desk.attach("bob");
    desk.turn();
    alice.ear.presence();
    bob.detach(Departure.LEFT);
    desk.turn();
    assertThat(alice.ear.presence()).isEmpty();
    desk.advance(INTERVAL);
    assertThat(alice.ear.presence()).containsExactly("-bob");
  }

  @Test
  void engineSleepsNoLongerThanUntilThereIsSomethingToTell() {
    desk.attach("alice");
    desk.turn();
    desk.attach("bob");
    desk.turn();
    assertThat(desk.engine.turn()).isEqualTo(INTERVAL.toNanos());
  }

  @Test
  void statusIsToldAndRemembered() {
    Desk.Listener alice = desk.attach("alice");
    desk.attach("bob");
    desk.turn();
    alice.ear.presence();
    desk.engine.status(List.of(HALL), "bob", Status.AWAY, () -> {});
    desk.turn();
    assertThat(alice.ear.presence()).isEmpty();
    assertThat(desk.engine.turn()).isEqualTo(INTERVAL.toNanos());
    desk.advance(INTERVAL);
    assertThat(alice.ear.presence()).containsExactly("bob AWAY");
    desk.advance(INTERVAL);
    desk.engine.status(List.of(HALL), "bob", Status.BUSY, () -> {});
    desk.turn();
    assertThat(alice.ear.presence()).as("at once, after a quiet interval").hasSize(1);
    desk.engine.status(List.of(HALL), "bob", Status.AWAY, () -> {});
    List<Present> users = new ArrayList<>();
    desk.engine.present(HALL, "alice", 10, (_, page) -> users.addAll(page), _ -> {});
    desk.turn();
    assertThat(users).containsExactly(new Present(Desk.profile("bob"), Status.AWAY));
  }

  @Test
  void takenDownBoardEvictsEveryoneAndStaysDown() {
    Desk.Listener alice = desk.attach("alice");
    Desk.Listener bob = desk.attach("bob");
    desk.turn();
    desk.journal.toReap = 3;
    desk.journal.log.clear();
    Desk.Answer down = desk.submit(new BoardCommand.TakeDown());
    Desk.Answer after = desk.submit(pin("alice", "1"));
    desk.turn();
    down.doneAt(1);
    after.refused(Reason.ROOM_DELETED);
    for (Desk.Listener listener : List.of(alice, bob)) {
      assertThat(listener.ear.sequences()).containsExactly(1L);
      assertThat(listener.ear.evictions).containsExactly(new Eviction(null, "DOWN"));
    }
    assertThat(online()).isZero();
    desk.turn();
    desk.turn();
    assertThat(desk.journal.log).filteredOn("reap"::equals).hasSize(3);

    Desk restarted = desk.another();
    restarted.now(new BoardCommand.Enrol("alice")).refused(Reason.ROOM_DELETED);
    assertThat(restarted.journal.journal.read(HALL, 0, 10, 1_000)).isEmpty();
  }

  @Test
  void whatWasDeletedIsRemovedDuringAnOutageToo() {
    desk.turn();
    desk.journal.toReap = 2;
    desk.now(new BoardCommand.TakeDown()).done();
    desk.journal.journal.failCommits(JournalException.Cause.FULL);
    desk.submit(Board.topic("cellar"), new BoardCommand.Enrol("bob"));
    desk.turn();
    desk.advance(Duration.ofSeconds(1));
    desk.turn();
    assertThat(desk.engine.failure()).isNotNull();
    assertThat(desk.journal.toReap).isZero();
  }

  @Test
  void whatCannotBeReapedIsTriedAgainLaterAndHarmsNothing() {
    desk.turn();
    desk.journal.reapFails = new JournalException(JournalException.Cause.FULL, "on purpose", null);
    desk.now(new BoardCommand.TakeDown()).done();
    desk.journal.log.clear();
    desk.turn();
    desk.turn();
    assertThat(desk.journal.log).doesNotContain("reap");
    assertThat(desk.engine.failure()).isNull();
    desk.journal.reapFails = null;
    desk.advance(Duration.ofSeconds(1));
    assertThat(desk.journal.log).containsOnlyOnce("reap");
  }
}
