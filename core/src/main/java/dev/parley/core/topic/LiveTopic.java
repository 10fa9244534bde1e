package dev.parley.core.topic;

import dev.parley.core.limit.Limits;
import dev.parley.core.presence.Roster;
import dev.parley.core.signal.Signal;
import dev.parley.core.user.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One topic in memory: its state, the newest entries, who listens, and what the current batch has
/// decided for it but not yet committed.
///
/// Owned by the engine's thread. Two states are kept: `committed`, and `head`, which includes what
/// the batch decided so far; after a failed commit `head` goes back. States being immutable, that
/// is all there is to a rollback.
///
/// | field | changed by |
/// | --- | --- |
/// | committed, committedLast, tail, sinceSnapshot | `committed()`, `catchUp()` |
/// | head, headLast, drafts to erased | `decide()`; cleared by `committed()`, `rollBack()` |
/// | outlets, roster | `attach()`, `detach()`, evictions |
final class LiveTopic<S, C, E> {
  final TopicId id;
  final Tail tail;
  final Roster roster;

  private final Rules<S, C, E> rules;
  private final Codec<S, E> codec;
  private final int snapshotEvery;
  private final Map<Outlet, Integer> outlets = new HashMap<>();

  private S committed;
  private long committedLast;
  private boolean stored;
  private int sinceSnapshot;

  private S head;
  private long headLast;
  private final List<Draft> drafts = new ArrayList<>();
  private final List<Amendment> amendments = new ArrayList<>();
  private final List<MemberChange> members = new ArrayList<>();
  private final List<Signal> signals = new ArrayList<>();
  private final List<Decision.Eviction> evictions = new ArrayList<>();
  private final Set<String> entering = new HashSet<>();
  private boolean index;
  private boolean snapshotTaken;
  private @Nullable Boolean listed;
  private boolean erased;

  /// Deadline that the engine has a timer for; `Long.MAX_VALUE`: none.
  long timerNanos = Long.MAX_VALUE;

  LiveTopic(TopicId id, Rules<S, C, E> rules, Codec<S, E> codec, Limits.Tunable limits) {
    this.id = id;
    this.rules = rules;
    this.codec = codec;
    this.snapshotEvery = limits.snapshotEvery();
    tail = new Tail(limits.maxTailEntries(), limits.maxTailBytes());
    roster = new Roster(limits.presenceGrace().toNanos(), limits.presenceInterval().toNanos());
    committed = rules.initial(id);
    head = committed;
  }

  /// Loads what is stored, if anything is.
  void load(Journal journal) throws JournalException {
    TopicHead stored = journal.head(id);
    if (stored == null) {
      return;
    }
    this.stored = true;
    if (stored.snapshot().sequence() > 0) {
      committed = codec.decodeState(id, stored.snapshot().state());
      committedLast = stored.snapshot().sequence();
    }
    if (!stored.erased()) {
      catchUp(journal);
    }
    committedLast = stored.lastSequence();
    rollBack();
  }

  /// Reads what the journal has beyond the committed state, applies and publishes it.
  void catchUp(Journal journal) throws JournalException {
    for (List<Entry> page = next(journal); !page.isEmpty(); page = next(journal)) {
      for (Entry entry : page) {
        committed = rules.apply(committed, entry.sequence(), codec.decode(id, entry));
        tail.add(entry);
      }
      committedLast = page.getLast().sequence();
      sinceSnapshot += page.size();
      stored = true;
      publish(page);
    }
    rollBack();
  }

  private List<Entry> next(Journal journal) throws JournalException {
    return journal.read(id, committedLast, Limits.MAX_PAGE, Limits.MAX_READ_BYTES);
  }

  List<Lookup> needs(Object command) {
    return rules.needs(id, cast(command));
  }

  /// Decides a command and keeps what is to be committed.
  Decision<E> decide(Object command, BatchFacts facts, long nowMicros) {
    Decision<E> decision = rules.decide(head, cast(command), factsOf(facts), nowMicros);
    if (decision instanceof Decision.Accepted<E> accepted) {
      accept(accepted, facts, nowMicros);
    }
    return decision;
  }

  private void accept(Decision.Accepted<E> accepted, BatchFacts facts, long nowMicros) {
    List<Codec.Encoded> encoded = new ArrayList<>(accepted.entries().size());
    S next = head;
    long sequence = headLast;
    for (E entry : accepted.entries()) {
      sequence++;
      encoded.add(codec.encode(id, sequence, entry, nowMicros));
      next = rules.apply(next, sequence, entry);
    }
    for (Codec.Encoded each : encoded) {
      headLast++;
      drafts.add(each.draft());
      facts.add(id, entry(headLast, each.draft()), each.draft().content());
      for (Amendment amendment : each.amendments()) {
        amendments.add(amendment);
        facts.amend(id, amendment);
      }
    }
    head = next;
    for (MemberChange change : accepted.members()) {
      members.add(change);
      facts.change(id, change);
    }
    signals.addAll(accepted.signals());
    evictions.addAll(accepted.evicted());
    index |= accepted.index();
    listed = accepted.listed() != null ? accepted.listed() : listed;
    erased |= accepted.erased();
  }

  /// Lets a user count as present for the rest of the batch.
  void entering(String user) {
    entering.add(user);
  }

  /// What this batch changes here; null: nothing that is to be stored.
  @Nullable Append append() {
    if (drafts.isEmpty() && amendments.isEmpty() && members.isEmpty() && !index && !erased) {
      return null;
    }
    boolean due = index || sinceSnapshot + drafts.size() >= snapshotEvery;
    Snapshot snapshot =
        due && headLast > 0 ? new Snapshot(headLast, codec.encodeState(head)) : null;
    snapshotTaken = snapshot != null;
    return new Append(
        id,
        committedLast,
        List.copyOf(drafts),
        List.copyOf(amendments),
        List.copyOf(members),
        snapshot,
        listed,
        erased);
  }

  /// The batch is durable: applies and publishes it.
  void committed() {
    List<Entry> entries = new ArrayList<>(drafts.size());
    for (Draft draft : drafts) {
      committedLast++;
      Entry entry = entry(committedLast, draft);
      tail.add(entry);
      entries.add(entry);
    }
    for (Amendment amendment : amendments) {
      tail.amend(amendment);
      int index = (int) (amendment.sequence() - (committedLast - entries.size()) - 1);
      if (index >= 0) {
        entries.set(index, Tail.amended(entries.get(index), amendment));
      }
    }
    stored |= !drafts.isEmpty() || !members.isEmpty();
    sinceSnapshot = snapshotTaken ? 0 : sinceSnapshot + drafts.size();
    committed = head;
    if (erased) {
      tail.clear();
    }
    publish(entries);
    signals.forEach(this::tell);
    for (Decision.Eviction eviction : evictions) {
      roster.expel(eviction.user());
      outlets.keySet().forEach(outlet -> outlet.evict(id, eviction));
    }
    clear();
  }

  /// The batch is not committed: forgets what it decided.
  void rollBack() {
    head = committed;
    headLast = committedLast;
    clear();
  }

  private void clear() {
    drafts.clear();
    amendments.clear();
    members.clear();
    signals.clear();
    evictions.clear();
    entering.clear();
    index = false;
    snapshotTaken = false;
    listed = null;
    erased = false;
  }

  private void publish(List<Entry> entries) {
    if (!entries.isEmpty()) {
      List<Entry> shared = List.copyOf(entries);
      outlets.keySet().forEach(outlet -> outlet.publish(id, shared));
    }
  }

  void tell(Signal signal) {
    outlets.keySet().forEach(outlet -> outlet.signal(id, signal));
  }

  /// Begins a subscription; the batch that brought it is committed.
  Attachment.Begun attach(Request.Attach request, long epoch, @Nullable Member member) {
    Subscription subscription = request.subscription();
    outlets.merge(subscription.outlet(), 1, Integer::sum);
    roster.enter(subscription.user(), request.status());
    return new Attachment.Begun(
        committedLast,
        epoch,
        tail,
        committedState(),
        roster.size(),
        roster.sample(subscription.user().id(), Limits.MAX_USERS_IN_ANSWER),
        member);
  }

  void detach(Subscription subscription, Departure departure, long nowNanos) {
    outlets.computeIfPresent(
        subscription.outlet(), (outlet, count) -> count > 1 ? count - 1 : null);
    switch (departure) {
      case BROKEN -> roster.leave(subscription.user().id(), subscription.resumable(), nowNanos);
      case LEFT -> roster.leave(subscription.user().id(), false, nowNanos);
      case EVICTED -> {}
    }
  }

  void status(String user, Status status) {
    Signal signal = roster.status(user, status);
    if (signal != null) {
      tell(signal);
    }
  }

  /// Tells who came and went, if it is time to.
  void tellPresence(long nowNanos, long nowMicros) {
    roster.tell(nowNanos, nowMicros).forEach(this::tell);
  }

  /// Outlets with a subscription to this topic.
  Set<Outlet> outlets() {
    return outlets.keySet();
  }

  /// Sequence of the newest entry, those included that are decided but not committed.
  long headLast() {
    return headLast;
  }

  /// Whether nothing but the cache speaks for keeping this in memory.
  boolean idle() {
    return outlets.isEmpty() && roster.size() == 0;
  }

  /// Whether the journal knows it.
  boolean stored() {
    return stored;
  }

  private Object committedState() {
    return Objects.requireNonNull(committed);
  }

  private static Entry entry(long sequence, Draft draft) {
    return new Entry(
        sequence, draft.type(), draft.author(), draft.key(), draft.atMicros(), draft.body());
  }

  @SuppressWarnings("unchecked") // the engine hands a topic only commands of its own kind
  private C cast(Object command) {
    return (C) command;
  }

  private Facts<E> factsOf(BatchFacts batch) {
    return new Facts<>() {
      @Override
      public @Nullable Known<E> byKey(String author, String key) {
        return known(batch.entry(new Lookup.ByKey(id, author, key)));
      }

      @Override
      public @Nullable Known<E> byAnyKey(String key) {
        return known(batch.entry(new Lookup.ByAnyKey(id, key)));
      }

      @Override
      public @Nullable Known<E> at(long sequence) {
        return known(batch.entry(new Lookup.At(id, sequence)));
      }

      @Override
      public @Nullable Member member(String user) {
        return batch.member(id, user);
      }

      @Override
      public boolean present(String user) {
        return roster.contains(user) || entering.contains(user);
      }

      @Override
      public int online() {
        return roster.size();
      }

      @Override
      public long lastSequence() {
        return headLast;
      }

      private @Nullable Known<E> known(@Nullable Entry entry) {
        return entry == null ? null : new Known<>(entry, codec.decode(id, entry));
      }
    };
  }
}
