package dev.parley.core.presence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.Limits;
import dev.parley.core.signal.Signal;
import dev.parley.core.user.Present;
import dev.parley.core.user.Profile;
import dev.parley.core.user.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/// A roster against a model: who has streams or is in grace is here, and whoever listens to what is
/// told knows who is here, and how each is to be seen, as soon as nothing is left to tell, whenever
/// he began.
final class RosterPropertyTest {
  private static final long GRACE = 40;
  private static final long INTERVAL = 10;
  private static final List<String> USERS =
      IntStream.rangeClosed(0, 20).mapToObj(i -> "u" + i).toList();

  enum Kind {
    ENTER,
    STATUS,
    LISTEN,
    BREAK,
    LEAVE,
    EXPEL,
    EXPEL_ALL
  }

  record Step(Kind kind, String user, Status status, int after, boolean tell) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Kind> kinds =
        Arbitraries.frequency(
            Tuple.of(12, Kind.ENTER),
            Tuple.of(8, Kind.STATUS),
            Tuple.of(3, Kind.LISTEN),
            Tuple.of(6, Kind.BREAK),
            Tuple.of(5, Kind.LEAVE),
            Tuple.of(2, Kind.EXPEL),
            Tuple.of(1, Kind.EXPEL_ALL));
    Arbitrary<String> users = Arbitraries.of(USERS);
    Arbitrary<Integer> waits = Arbitraries.of(0, 0, 0, 1, 5, 13, 50);
    Arbitrary<Status> statuses = Arbitraries.of(Status.class);
    return Combinators.combine(kinds, users, statuses, waits, Arbitraries.of(true, false))
        .as(Step::new)
        .list()
        .ofMaxSize(150);
  }

  @Property(tries = 500)
  void whoListensKnowsWhoIsHere(@ForAll("steps") List<Step> steps) {
    Roster roster = new Roster(GRACE, INTERVAL);
    Map<String, Integer> streams = new HashMap<>();
    Map<String, Long> graceEnds = new HashMap<>();
    Listener listener = new Listener();
    Map<String, Status> late = new HashMap<>();
    long now = -3;

    for (Step step : steps) {
      now += step.after();
      if (step.after() > 0) {
        hear(roster.tell(now, 0), now, listener, late);
        long time = now;
        graceEnds.values().removeIf(end -> end <= time);
      }
      apply(step, roster, streams, graceEnds, now);
      if (step.kind() == Kind.LISTEN) {
        late = shown(roster);
      }
      if (step.tell()) {
        hear(roster.tell(now, 0), now, listener, late);
      }
      Set<String> here = new TreeSet<>(graceEnds.keySet());
      here.addAll(streams.keySet());
      assertThat(seen(roster).keySet()).isEqualTo(here);
      assertThat(roster.size()).isEqualTo(here.size());
      if (step.tell() && roster.nextNanos(now) == Long.MAX_VALUE) {
        assertThat(listener.known.keySet()).isEqualTo(here);
        Map<String, Status> seen = seen(roster);
        assertThat(listener.known).isEqualTo(seen);
        assertThat(late).isEqualTo(seen);
      }
    }
    settle(roster, listener, late, now);
    assertThat(listener.known.keySet()).isEqualTo(streams.keySet());
    assertThat(listener.known).isEqualTo(seen(roster));
    assertThat(late).isEqualTo(seen(roster));
  }

  private static void hear(
      List<Signal> told, long now, Listener listener, Map<String, Status> late) {
    listener.hear(told, now);
    told.forEach(signal -> hear((PresenceSignal) signal, late));
  }

  /// What one knows who began from what he was shown: more, perhaps, than was told.
  private static void hear(PresenceSignal signal, Map<String, Status> late) {
    switch (signal) {
      case PresenceSignal.Joined joined ->
          late.put(joined.who().user().id(), joined.who().status());
      case PresenceSignal.Left left -> late.remove(left.user().id());
      case PresenceSignal.StatusChanged it -> late.put(it.who().user().id(), it.who().status());
      case PresenceSignal.Summary summary -> {
        summary.joined().forEach(who -> late.put(who.user().id(), who.status()));
        summary.changed().forEach(who -> late.put(who.user().id(), who.status()));
        summary.left().forEach(user -> late.remove(user.id()));
      }
    }
  }

  private static Map<String, Status> shown(Roster roster) {
    return statuses(roster.page("", 1_000).stream());
  }

  /// The same without anyone being shown it, which the roster would take note of.
  private static Map<String, Status> seen(Roster roster) {
    return statuses(USERS.stream().map(roster::find).filter(Objects::nonNull));
  }

  private static Map<String, Status> statuses(Stream<Present> users) {
    return users.collect(Collectors.toMap(who -> who.user().id(), Present::status));
  }

  private static void apply(
      Step step,
      Roster roster,
      Map<String, Integer> streams,
      Map<String, Long> graceEnds,
      long now) {
    String user = step.user();
    switch (step.kind()) {
      case ENTER -> {
        roster.enter(new Profile(user, user, user, ""), step.status());
        streams.merge(user, 1, Integer::sum);
        graceEnds.remove(user);
      }
      case STATUS -> roster.status(user, step.status());
      case LISTEN -> {}
      case BREAK, LEAVE -> {
        roster.leave(user, step.kind() == Kind.BREAK, now);
        if (streams.containsKey(user) && streams.merge(user, -1, Integer::sum) == 0) {
          streams.remove(user);
          if (step.kind() == Kind.BREAK) {
            graceEnds.put(user, now + GRACE);
          }
        }
      }
      case EXPEL -> {
        roster.expel(user);
        streams.remove(user);
        graceEnds.remove(user);
      }
      case EXPEL_ALL -> {
        roster.expel(null);
        streams.clear();
        graceEnds.clear();
      }
    }
  }

  /// Does what the roster asks for until it asks for nothing.
  private static void settle(
      Roster roster, Listener listener, Map<String, Status> late, long from) {
    long now = from;
    for (long next = roster.nextNanos(now); next != Long.MAX_VALUE; next = roster.nextNanos(now)) {
      assertThat(next).isGreaterThanOrEqualTo(now);
      now = next;
      hear(roster.tell(now, 0), now, listener, late);
      assertThat(roster.nextNanos(now)).isGreaterThan(now);
    }
  }

  /// Who is here, as far as one can know from what is told.
  private static final class Listener {
    private final Map<String, Status> known = new HashMap<>();
    private long quietUntil = Long.MIN_VALUE;

    void hear(List<Signal> told, long now) {
      if (told.isEmpty()) {
        return;
      }
      assertThat(now).isGreaterThanOrEqualTo(quietUntil);
      quietUntil = now + INTERVAL;
      assertThat(told).hasSizeLessThanOrEqualTo(Limits.MAX_SINGLE_PRESENCE);
      told.forEach(this::hear);
    }

    private void hear(Signal signal) {
      switch ((PresenceSignal) signal) {
        case PresenceSignal.Joined joined -> came(joined.who());
        case PresenceSignal.Left left -> went(left.user());
        case PresenceSignal.Summary summary -> {
          assertThat(summary.joinedCount()).isEqualTo(summary.joined().size());
          assertThat(summary.leftCount()).isEqualTo(summary.left().size());
          assertThat(summary.changedCount()).isEqualTo(summary.changed().size());
          summary.joined().forEach(this::came);
          summary.left().forEach(user -> known.remove(user.id())); // or has only passed
          summary.changed().forEach(this::changed);
          assertThat(known).hasSize(summary.online());
        }
        case PresenceSignal.StatusChanged changed -> changed(changed.who());
      }
    }

    private void came(Present who) {
      assertThat(known.put(who.user().id(), who.status())).as("came twice").isNull();
    }

    private void went(Profile user) {
      assertThat(known.remove(user.id())).as("went unseen").isNotNull();
    }

    private void changed(Present who) {
      assertThat(known.put(who.user().id(), who.status())).as("is not here").isNotNull();
    }
  }
}
