package dev.parley.core.topic;

import dev.parley.core.error.Refusal;
import dev.parley.core.limit.Limits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
/// | committed, committedLast, stored, sinceSnapshot, tail | `committed()`, `catchUp()` |
/// | head, headLast, drafts to erased | `decide()`; cleared by `committed()`, `rollBack()` |
final class LiveTopic<S, C, E> {
  private static final System.Logger LOG = System.getLogger(LiveTopic.class.getName());

  final TopicId id;
  final Tail tail;
  final Listeners listeners;

  private final Rules<S, C, E> rules;
  private final Codec<S, E> codec;
  private final int snapshotEvery;

  private S committed;
  private long committedLast;
  private boolean stored;
  private int sinceSnapshot;

  private S head;
  private long headLast;
  private final List<Draft> drafts = new ArrayList<>();
  /// By sequence: of several that rewrite one entry, what they come to.
  private final Map<Long, Amendment> amendments = new LinkedHashMap<>();

  private final List<MemberChange> members = new ArrayList<>();
  private @Nullable Snapshot snapshot;

  /// Whether the state was to be indexed again since: once for a batch, however many ask for it.
  private boolean indexStale;

  private @Nullable Boolean listed;
  private boolean erased;

  /// Deadline that the engine has a timer for; owned by [Timers].
  long timerNanos = Timers.NEVER;

  LiveTopic(TopicId id, Rules<S, C, E> rules, Codec<S, E> codec, Limits.Tunable limits) {
    this.id = id;
    this.rules = rules;
    this.codec = codec;
    this.snapshotEvery = limits.snapshotEvery();
    tail = new Tail(limits.maxTailEntries(), limits.maxTailBytes());
    listeners = new Listeners(id, limits);
    committed = rules.initial(id);
    head = committed;
  }

  /// Loads what is stored, if anything is.
  void load(Journal journal) throws JournalException {
    TopicHead known = journal.head(id);
    if (known != null) {
      stored = true;
      restore(known.snapshot());
      catchUp(journal, known);
    }
  }

  /// Reads what the journal has beyond the committed state, applies and publishes it.
  void catchUp(Journal journal) throws JournalException {
    TopicHead known = journal.head(id);
    if (known != null) {
      catchUp(journal, known);
    }
  }

  private void catchUp(Journal journal, TopicHead known) throws JournalException {
    if (known.erased()) {
      restore(known.snapshot());
      committedLast = known.lastSequence();
      tail.clear();
    } else {
      for (List<Entry> page = next(journal); !page.isEmpty(); page = next(journal)) {
        replay(page);
      }
    }
    rollBack();
  }

  private void restore(Snapshot from) {
    if (from.sequence() > committedLast) {
      committed = codec.decodeState(id, from.state());
      committedLast = from.sequence();
    }
  }

  private List<Entry> next(Journal journal) throws JournalException {
    return journal.read(id, committedLast, Limits.MAX_PAGE, Limits.MAX_READ_BYTES);
  }

  /// Takes entries in that this engine did not decide. What they rewrote is not told with them, so
  /// of the tail only they are kept: they were read as they are now.
  private void replay(List<Entry> page) {
    S next = committed;
    for (Entry entry : page) {
      next = rules.apply(next, entry.sequence(), codec.decode(id, entry));
    }
    committed = next;
    committedLast = page.getLast().sequence();
    sinceSnapshot += page.size();
    stored = true;
    tail.clear();
    page.forEach(tail::add);
    listeners.publish(page);
  }

  List<Lookup> needs(Object command) {
    return rules.needs(id, cast(command));
  }

  /// Decides a command and keeps what is to be committed.
  ///
  /// @param failing why nothing can be committed at the moment, so that what would have to be is
  ///     refused; null: it can
  Decision<E> decide(Object command, BatchFacts facts, long nowMicros, @Nullable Refusal failing) {
    Decision<E> decision = rules.decide(head, cast(command), factsOf(facts), nowMicros);
    if (decision instanceof Decision.Accepted<E> accepted) {
      if (failing != null && accepted.stores()) {
        return new Decision.Refused<>(failing);
      }
      accept(accepted, facts, nowMicros);
    }
    return decision;
  }

  /// Everything that can fail comes first, so that a decision is kept whole or not at all.
  private void accept(Decision.Accepted<E> accepted, BatchFacts facts, long nowMicros) {
    List<Codec.Encoded> encoded = new ArrayList<>(accepted.entries().size());
    S next = head;
    long sequence = headLast;
    for (E entry : accepted.entries()) {
      sequence++;
      encoded.add(codec.encode(id, sequence, entry, nowMicros));
      next = rules.apply(next, sequence, entry);
    }
    boolean index = accepted.index() && sequence > 0;
    Snapshot indexed =
        index && snapshot == null ? new Snapshot(sequence, codec.encodeState(next)) : snapshot;
    for (Codec.Encoded each : encoded) {
      headLast++;
      drafts.add(each.draft());
      facts.add(id, entry(headLast, each.draft()), each.draft().content());
      for (Amendment amendment : each.amendments()) {
        amendments.merge(amendment.sequence(), amendment, (earlier, later) -> later.after(earlier));
        facts.amend(id, amendment);
      }
    }
    head = next;
    for (MemberChange change : accepted.members()) {
      members.add(change);
      facts.change(id, change);
    }
    accepted.evicted().forEach(listeners::expect);
    snapshot = indexed;
    indexStale |= index && snapshot != null && snapshot.sequence() < sequence;
    listed = accepted.listed() != null ? accepted.listed() : listed;
    erased |= accepted.erased();
  }

  /// What this batch changes here; null: nothing that is to be stored.
  @Nullable Append append() {
    if (!pending()) {
      return null;
    }
    boolean due = snapshot == null && sinceSnapshot + drafts.size() >= snapshotEvery;
    if (due || indexStale) {
      Snapshot newest = newestSnapshot();
      snapshot = newest == null ? snapshot : newest;
      indexStale = false;
    }
    return new Append(
        id,
        committedLast,
        List.copyOf(drafts),
        List.copyOf(amendments.values()),
        List.copyOf(members),
        snapshot,
        listed,
        erased);
  }

  private boolean pending() {
    return !drafts.isEmpty()
        || !amendments.isEmpty()
        || !members.isEmpty()
        || snapshot != null
        || listed != null
        || erased;
  }

  /// There is an older one, or it only spares work later: that it fails is no reason to refuse
  /// anything.
  private @Nullable Snapshot newestSnapshot() {
    try {
      return new Snapshot(headLast, codec.encodeState(head));
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "no snapshot of " + id + ": state cannot be encoded", e);
      return null;
    }
  }

  /// The batch is durable: applies and publishes it.
  void committed() {
    stored |= pending();
    List<Entry> entries = new ArrayList<>(drafts.size());
    for (Draft draft : drafts) {
      committedLast++;
      Entry entry = entry(committedLast, draft);
      tail.add(entry);
      entries.add(entry);
    }
    for (Amendment amendment : amendments.values()) {
      tail.amend(amendment);
      int index = (int) (amendment.sequence() - (committedLast - entries.size()) - 1);
      if (index >= 0) {
        entries.set(index, amendment.appliedTo(entries.get(index)));
      }
    }
    if (erased) {
      tail.clear();
    }
    committed = head;
    sinceSnapshot =
        snapshot != null
            ? (int) (committedLast - snapshot.sequence())
            : sinceSnapshot + drafts.size();
    members.forEach(listeners::change);
    listeners.publish(entries);
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
    listeners.expectNothing();
    snapshot = null;
    indexStale = false;
    listed = null;
    erased = false;
  }

  /// Begins a subscription; the batch that brought it is committed.
  Attachment.Begun attach(Request.Attach request, long epoch, @Nullable Member member) {
    Subscription subscription = request.subscription();
    listeners.add(subscription, request.status(), member == null);
    return new Attachment.Begun(
        committedLast,
        epoch,
        tail,
        Objects.requireNonNull(committed),
        listeners.online(),
        listeners.sample(subscription.user().id()),
        member);
  }

  /// Sequence of the newest entry, those included that are decided but not committed.
  long headLast() {
    return headLast;
  }

  /// Whether it is worth keeping though nobody listens.
  boolean busy() {
    return rules.isBusy(committed);
  }

  /// Whether the journal knows it.
  boolean stored() {
    return stored;
  }

  private static Entry entry(long sequence, Draft draft) {
    return new Entry(
        sequence, draft.type(), draft.author(), draft.key(), draft.atMicros(), draft.body());
  }

  @SuppressWarnings("unchecked") // another kind's command fails in the rules, and is refused
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
        return listeners.present(user);
      }

      @Override
      public int online() {
        return listeners.online();
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
