package dev.parley.core.topic;

import dev.parley.core.limit.Limits;
import dev.parley.core.presence.Roster;
import dev.parley.core.signal.Signal;
import dev.parley.core.user.Present;
import dev.parley.core.user.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Who listens to one topic, and how they are told. Owned by the engine's thread.
///
/// Subscriptions are told apart by identity, not by equality: two streams of one user on one outlet
/// are two. Ending one that is not there (never begun, ended, evicted) changes nothing: in whatever
/// order a stream and its subscriptions end, the count of those present is right.
final class Listeners {
  private static final System.Logger LOG = System.getLogger(Listeners.class.getName());

  private final TopicId topic;
  private final Roster roster;
  private final Map<String, List<Subscription>> byUser = new HashMap<>();
  private final Map<Outlet, Integer> outlets = new HashMap<>();
  private final Set<String> guests = new HashSet<>();
  private final Map<String, Boolean> expected = new HashMap<>();
  private boolean emptied;

  Listeners(TopicId topic, Limits.Tunable limits) {
    this.topic = topic;
    roster = new Roster(limits.presenceGrace().toNanos(), limits.presenceInterval().toNanos());
  }

  /// Begins a subscription.
  ///
  /// @param guest whether its user is no member
  void add(Subscription subscription, Status status, boolean guest) {
    String user = subscription.user().id();
    byUser.computeIfAbsent(user, _ -> new ArrayList<>(1)).add(subscription);
    outlets.merge(subscription.outlet(), 1, Integer::sum);
    roster.enter(subscription.user(), status);
    if (guest) {
      guests.add(user);
    }
  }

  /// Ends a subscription, if it is there.
  @SuppressWarnings("ReferenceEquality") // identity is what counts: see above
  void remove(Subscription subscription, Departure departure, long nowNanos) {
    String user = subscription.user().id();
    List<Subscription> ofUser = byUser.getOrDefault(user, List.of());
    for (int i = 0; i < ofUser.size(); i++) {
      if (ofUser.get(i) == subscription) {
        ofUser.remove(i);
        release(subscription.outlet());
        boolean mayReturn = departure == Departure.BROKEN && subscription.resumable();
        roster.leave(user, mayReturn, nowNanos);
        break;
      }
    }
    if (ofUser.isEmpty()) {
      byUser.remove(user);
      guests.remove(user);
    }
  }

  /// Ends a user's subscriptions, or everyone's, and tells their outlets.
  void evict(Decision.Eviction eviction) {
    String user = eviction.user();
    Set<Outlet> told = new HashSet<>();
    for (String each : user == null ? List.copyOf(byUser.keySet()) : List.of(user)) {
      guests.remove(each);
      for (Subscription subscription : byUser.getOrDefault(each, List.of())) {
        told.add(subscription.outlet());
        release(subscription.outlet());
      }
      byUser.remove(each);
    }
    roster.expel(user);
    each(told, outlet -> outlet.evict(topic, eviction));
  }

  /// Evicts those who are no members.
  void evictGuests(String reason) {
    for (String guest : List.copyOf(guests)) {
      evict(new Decision.Eviction(guest, reason));
    }
  }

  /// Notes who is a member and who is not.
  void change(MemberChange change) {
    switch (change) {
      case MemberChange.Put put -> guests.remove(put.user());
      case MemberChange.Remove remove -> {
        if (byUser.containsKey(remove.user())) {
          guests.add(remove.user());
        }
      }
      case MemberChange.Read _ -> {}
    }
  }

  private void release(Outlet outlet) {
    outlets.computeIfPresent(outlet, (_, count) -> count > 1 ? count - 1 : null);
  }

  /// Has a user count as present from here to the end of the batch, as far as decisions go.
  void expect(String user) {
    expected.put(user, true);
  }

  /// Has those who are to be evicted count as absent from here to the end of the batch.
  void expect(Decision.Eviction eviction) {
    if (eviction.user() == null) {
      expected.clear();
      emptied = true;
    } else {
      expected.put(eviction.user(), false);
    }
  }

  /// The batch has ended.
  void expectNothing() {
    expected.clear();
    emptied = false;
  }

  /// Whether a user listens, or will when the batch is through.
  boolean present(String user) {
    Boolean soon = expected.get(user);
    return soon != null ? soon : !emptied && roster.contains(user);
  }

  void publish(List<Entry> entries) {
    if (!entries.isEmpty()) {
      List<Entry> shared = List.copyOf(entries);
      each(outlets.keySet(), outlet -> outlet.publish(topic, shared));
    }
  }

  void tell(Signal signal) {
    each(outlets.keySet(), outlet -> outlet.signal(topic, signal));
  }

  void status(String user, Status status) {
    roster.status(user, status);
  }

  /// Tells who came, went and changed status, if it is time to.
  void tellPresence(long nowNanos, long nowMicros) {
    roster.tell(nowNanos, nowMicros).forEach(this::tell);
  }

  /// When [#tellPresence] has something to do next; see [Roster#nextNanos].
  long nextNanos(long nowNanos) {
    return roster.nextNanos(nowNanos);
  }

  /// How many users listen, those included who may be back in a moment.
  int online() {
    return roster.size();
  }

  List<Present> page(String after, int limit) {
    return roster.page(after, limit);
  }

  /// Some of those who listen, the given one included.
  List<Present> sample(String certain) {
    return roster.sample(certain, Limits.MAX_USERS_IN_ANSWER);
  }

  boolean none() {
    return outlets.isEmpty() && roster.size() == 0;
  }

  /// Outlets with a subscription.
  Set<Outlet> outlets() {
    return outlets.keySet();
  }

  /// An outlet that fails harms those behind it and nobody else.
  private void each(Set<Outlet> those, Consumer<Outlet> action) {
    for (Outlet outlet : those) {
      try {
        action.accept(outlet);
      } catch (RuntimeException e) {
        LOG.log(
            System.Logger.Level.ERROR,
            "an outlet failed, its streams of " + topic + " miss something",
            e);
      }
    }
  }
}
