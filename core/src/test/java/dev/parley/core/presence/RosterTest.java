package dev.parley.core.presence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.Limits;
import dev.parley.core.signal.Signal;
import dev.parley.core.user.Present;
import dev.parley.core.user.Profile;
import dev.parley.core.user.Status;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Times are in nanoseconds and small: the grace is 100, the interval 10.
final class RosterTest {
  private static final long MICROS = 7;

  private final Roster roster = new Roster(100, 10);

  private static Profile profile(String id) {
    return new Profile(id, id, id, "");
  }

  private static Signal joined(String id) {
    return new PresenceSignal.Joined(new Present(profile(id), Status.ONLINE), MICROS);
  }

  private static Signal left(String id) {
    return new PresenceSignal.Left(profile(id), MICROS);
  }

  private static Signal changed(String id, Status status) {
    return new PresenceSignal.StatusChanged(new Present(profile(id), status));
  }

  private void enter(String... users) {
    for (String user : users) {
      roster.enter(profile(user), Status.ONLINE);
    }
  }

  private List<Signal> tell(long now) {
    return roster.tell(now, MICROS);
  }

  @Test
  void firstDeviceInAndLastDeviceOutAreTold() {
    enter("bob", "bob");
    assertThat(tell(0)).containsExactly(joined("bob"));
    roster.leave("bob", false, 20);
    assertThat(tell(20)).isEmpty();
    roster.leave("bob", false, 40);
    assertThat(tell(40)).containsExactly(left("bob"));
    assertThat(roster.size()).isZero();
  }

  @Test
  void comingBackWithinTheGraceIsInvisible() {
    enter("bob");
    tell(0);
    roster.leave("bob", true, 20);
    assertThat(roster.contains("bob")).isTrue();
    assertThat(roster.nextNanos(20)).isEqualTo(120);
    enter("bob");
    assertThat(tell(500)).isEmpty();
    assertThat(roster.nextNanos(500)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whoDoesNotComeBackHasLeftWhenTheGraceEnds() {
    enter("bob");
    tell(0);
    roster.leave("bob", true, 20);
    assertThat(tell(119)).isEmpty();
    assertThat(tell(120)).containsExactly(left("bob"));
  }

  @Test
  void graceBeginsAnewWithEachBreak() {
    enter("bob");
    tell(0);
    roster.leave("bob", true, 20);
    enter("bob");
    roster.leave("bob", true, 90);
    assertThat(tell(189)).isEmpty();
    assertThat(tell(190)).containsExactly(left("bob"));
  }

  @Test
  void withoutGraceABreakIsALeaving() {
    Roster strict = new Roster(0, 10);
    strict.enter(profile("bob"), Status.ONLINE);
    strict.tell(0, MICROS);
    strict.leave("bob", true, 20);
    assertThat(strict.tell(20, MICROS)).containsExactly(left("bob"));
  }

  @Test
  void leavingWithoutBeingThereMeansNothing() {
    roster.leave("bob", false, 0);
    roster.expel("bob");
    enter("bob");
    roster.leave("bob", true, 0);
    roster.leave("bob", false, 0);
    assertThat(roster.contains("bob")).isTrue();
  }

  @Test
  void changesWithinAnIntervalWaitForItsEnd() {
    enter("a");
    assertThat(tell(0)).containsExactly(joined("a"));
    enter("b");
    assertThat(tell(9)).isEmpty();
    assertThat(roster.nextNanos(9)).isEqualTo(10);
    enter("c");
    assertThat(tell(10)).containsExactly(joined("b"), joined("c"));
    assertThat(roster.nextNanos(10)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void clockMayBeginAnywhere() {
    long start = Long.MAX_VALUE - 5;
    enter("a");
    assertThat(tell(start)).hasSize(1);
    enter("b");
    assertThat(tell(start + 9)).isEmpty();
    assertThat(tell(start + 10)).containsExactly(joined("b"));
  }

  @Test
  void fewAreToldOneByOneInOrder() {
    enter("h", "g", "f", "e", "d", "c", "b");
    roster.leave("h", false, 0);
    assertThat(tell(0))
        .containsExactly(
            joined("h"),
            joined("g"),
            joined("f"),
            joined("e"),
            joined("d"),
            joined("c"),
            joined("b"),
            left("h"));
  }

  @Test
  void manyAreSummedUp() {
    for (int i = 0; i <= Limits.MAX_SINGLE_PRESENCE; i++) {
      enter("u" + i);
    }
    List<Signal> told = tell(0);
    assertThat(told).hasSize(1);
    PresenceSignal.Summary summary = (PresenceSignal.Summary) told.getFirst();
    assertThat(summary.joinedCount()).isEqualTo(9);
    assertThat(summary.leftCount()).isZero();
    assertThat(summary.joined()).extracting(p -> p.user().id()).startsWith("u0", "u1");
    assertThat(summary.online()).isEqualTo(9);
  }

  @Test
  void whoComesAndGoesWithinTheIntervalIsNotInTheSummary() {
    enter("stays");
    for (int i = 0; i < 10; i++) {
      enter("passes");
      roster.leave("passes", false, 0);
    }
    PresenceSignal.Summary summary = (PresenceSignal.Summary) tell(0).getFirst();
    assertThat(summary.joined()).extracting(p -> p.user().id()).containsExactly("stays");
    assertThat(summary.joinedCount()).isEqualTo(1);
    assertThat(summary.leftCount()).isZero();
  }

  @Test
  void muchAdoAboutNothingIsNotTold() {
    for (int i = 0; i < 10; i++) {
      enter("passes");
      roster.leave("passes", false, 0);
    }
    assertThat(tell(0)).isEmpty();
    assertThat(roster.nextNanos(0)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void summaryNamesSomeAndCountsAll() {
    for (int i = 0; i < 200; i++) {
      enter("u" + i);
    }
    PresenceSignal.Summary summary = (PresenceSignal.Summary) tell(0).getFirst();
    assertThat(summary.joined()).hasSize(Limits.MAX_USERS_IN_SUMMARY);
    assertThat(summary.joinedCount()).isEqualTo(200);

    roster.expel(null);
    summary = (PresenceSignal.Summary) tell(10).getFirst();
    assertThat(summary.left()).hasSize(Limits.MAX_USERS_IN_SUMMARY);
    assertThat(summary.leftCount()).isEqualTo(200);
    assertThat(summary.online()).isZero();
  }

  @Test
  void arrivalIsToldWithTheStatusOfTheMoment() {
    enter("a");
    tell(0);
    enter("bob");
    roster.status("bob", Status.BUSY);
    assertThat(tell(10))
        .containsExactly(
            new PresenceSignal.Joined(new Present(profile("bob"), Status.BUSY), MICROS));
    assertThat(roster.nextNanos(10)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void statusIsToldOnceAndOfThoseWhoAreHere() {
    roster.status("bob", Status.AWAY);
    assertThat(tell(0)).isEmpty();
    enter("bob");
    tell(0);
    roster.status("bob", Status.ONLINE);
    assertThat(roster.nextNanos(0)).isEqualTo(Long.MAX_VALUE);
    roster.status("bob", Status.AWAY);
    roster.status("bob", Status.AWAY);
    assertThat(tell(9)).isEmpty();
    assertThat(roster.nextNanos(9)).isEqualTo(10);
    assertThat(tell(10)).containsExactly(changed("bob", Status.AWAY));
    assertThat(tell(1_000)).isEmpty();
    assertThat(roster.find("bob")).isEqualTo(new Present(profile("bob"), Status.AWAY));
  }

  @Test
  void statusThatIsAgainWhatItWasIsNotTold() {
    enter("bob");
    tell(0);
    for (int i = 0; i < 1_000; i++) {
      roster.status("bob", Status.AWAY);
      roster.status("bob", Status.BUSY);
    }
    assertThat(tell(10)).containsExactly(changed("bob", Status.BUSY));
    roster.status("bob", Status.AWAY);
    roster.status("bob", Status.BUSY);
    assertThat(tell(20)).isEmpty();
    assertThat(roster.nextNanos(20)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whatSomebodyMayHaveSeenMeanwhileIsTold() {
    enter("bob");
    tell(0);
    roster.status("bob", Status.AWAY);
    assertThat(roster.page("", 1)).containsExactly(new Present(profile("bob"), Status.AWAY));
    roster.status("bob", Status.ONLINE);
    assertThat(tell(10)).containsExactly(changed("bob", Status.ONLINE));

    enter("1", "2", "3", "4", "5", "6", "7", "8", "passes");
    assertThat(roster.sample("passes", 100)).hasSize(10);
    roster.leave("passes", false, 10);
    PresenceSignal.Summary summary = (PresenceSignal.Summary) tell(20).getFirst();
    assertThat(summary.joinedCount()).isEqualTo(8);
    assertThat(summary.left()).containsExactly(profile("passes"));
  }

  @Test
  void ofThoseWhoPassManyAreForgotten() {
    enter("bob");
    tell(0);
    for (int i = 0; i < 1_000; i++) {
      enter("u" + i);
      roster.page("", 1);
      roster.leave("u" + i, false, 0);
    }
    PresenceSignal.Summary summary = (PresenceSignal.Summary) tell(10).getFirst();
    assertThat(summary.leftCount()).isEqualTo(Limits.MAX_USERS_IN_SUMMARY);
    assertThat(summary.joinedCount()).isZero();
  }

  @Test
  void whoComesBackOtherwiseThanHeWentIsToldOnce() {
    enter("bob");
    tell(0);
    roster.leave("bob", false, 0);
    roster.enter(profile("bob"), Status.AWAY);
    assertThat(tell(10))
        .containsExactly(
            left("bob"),
            new PresenceSignal.Joined(new Present(profile("bob"), Status.AWAY), MICROS));
  }

  @Test
  void manyChangesOfStatusAreSummedUp() {
    for (int i = 0; i < 5_000; i++) {
      enter("u" + i);
    }
    tell(0);
    for (int i = 0; i < 5_000; i++) {
      roster.status("u" + i, Status.AWAY);
    }
    assertThat(tell(9)).isEmpty();
    List<Signal> told = tell(10);
    assertThat(told).hasSize(1);
    PresenceSignal.Summary summary = (PresenceSignal.Summary) told.getFirst();
    assertThat(summary.changed())
        .hasSize(Limits.MAX_USERS_IN_SUMMARY)
        .startsWith(new Present(profile("u0"), Status.AWAY));
    assertThat(summary.changedCount()).isEqualTo(5_000);
    assertThat(summary.joinedCount() + summary.leftCount()).isZero();
    assertThat(summary.online()).isEqualTo(5_000);
  }

  @Test
  void arrivalsAndChangesOfStatusAreCountedTogether() {
    enter("a", "b", "c", "d");
    tell(0);
    List.of("a", "b", "c", "d").forEach(user -> roster.status(user, Status.BUSY));
    enter("e", "f", "g", "h");
    assertThat(tell(10)).hasSize(Limits.MAX_SINGLE_PRESENCE);
    List.of("a", "b", "c", "d").forEach(user -> roster.status(user, Status.AWAY));
    List.of("e", "f", "g", "h").forEach(user -> roster.leave(user, false, 10));
    enter("i");
    assertThat(tell(20)).hasSize(1);
  }

  @Test
  void whoComesBackOtherwiseThanHeWentIsToldInTheSummary() {
    enter("bob");
    tell(0);
    roster.leave("bob", false, 0);
    roster.enter(profile("bob"), Status.AWAY);
    enter("1", "2", "3", "4", "5", "6", "7", "8");
    PresenceSignal.Summary summary = (PresenceSignal.Summary) tell(10).getFirst();
    assertThat(summary.joinedCount()).isEqualTo(8);
    assertThat(summary.changed()).containsExactly(new Present(profile("bob"), Status.AWAY));
  }

  @Test
  void expelledUserLeavesWithAllDevicesAndWithoutGrace() {
    enter("a", "a", "b");
    tell(0);
    roster.leave("b", true, 10);
    roster.expel("a");
    roster.expel("b");
    assertThat(tell(10)).containsExactly(left("a"), left("b"));
    assertThat(tell(1_000)).isEmpty();
  }

  @Test
  void pagesGoByIdAndSamplesHoldOneForCertain() {
    enter("d", "a", "c", "b");
    assertThat(roster.page("", 2)).extracting(p -> p.user().id()).containsExactly("a", "b");
    assertThat(roster.page("b", 9)).extracting(p -> p.user().id()).containsExactly("c", "d");
    assertThat(roster.page("d", 9)).isEmpty();
    assertThat(roster.sample("d", 2)).extracting(p -> p.user().id()).containsExactly("a", "d");
    assertThat(roster.sample("a", 2)).extracting(p -> p.user().id()).containsExactly("a", "b");
    assertThat(roster.sample("x", 2)).extracting(p -> p.user().id()).containsExactly("a", "b");
  }
}
