package dev.parley.testkit.topic;

import dev.parley.core.topic.Append;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Found;
import dev.parley.core.topic.Journal;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.SearchWords;
import dev.parley.core.topic.TopicHead;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A journal in memory, as simple as can be: every question is answered by looking at everything.
///
/// Thread-safe as a reader; commits come from one thread. Commits fail and stall on demand:
///
/// ```java
/// journal.failNextCommit(Cause.FULL);                  // refused, and nothing happened
/// try (var stall = journal.stallCommits()) {           // commits wait until it is closed
///   stall.awaitCommit();
/// }
/// ```
public final class MemoryJournal implements Journal, JournalReader {
  private final long epoch;
  private final Object lock = new Object();

  // Guarded by lock.
  private Map<TopicId, MemoryTopic> topics = new HashMap<>();
  private Map<String, Profile> profiles = new HashMap<>();
  private final Queue<Fault> faults = new ArrayDeque<>();
  private @Nullable JournalException outage;
  private @Nullable Stall stall;
  private long commits;

  private record Fault(JournalException.Cause kind, boolean committed) {}

  public MemoryJournal() {
    this(1);
  }

  public MemoryJournal(long epoch) {
    this.epoch = epoch;
  }

  /// The next commit that was not spoken for fails; nothing of it happens.
  public void failNextCommit(JournalException.Cause kind) {
    synchronized (lock) {
      faults.add(new Fault(kind, false));
    }
  }

  /// The next commit that was not spoken for is carried out, and reported as failed. No local
  /// journal does so; one whose connection breaks before the answer comes does.
  public void failNextCommitAfterwards(JournalException.Cause kind) {
    synchronized (lock) {
      faults.add(new Fault(kind, true));
    }
  }

  /// Commits and probes fail from now on, until null is given. Reads work.
  public void failCommits(JournalException.@Nullable Cause kind) {
    synchronized (lock) {
      outage = kind == null ? null : failure(kind);
    }
  }

  /// Commits wait until the stall is closed.
  public Stall stallCommits() {
    synchronized (lock) {
      stall = new Stall();
      return stall;
    }
  }

  /// How many commits succeeded.
  public long commits() {
    synchronized (lock) {
      return commits;
    }
  }

  /// While open, commits wait.
  public static final class Stall implements AutoCloseable {
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    private Stall() {}

    /// Waits until a commit waits.
    public void awaitCommit() throws InterruptedException {
      arrived.await();
    }

    private void pass() {
      arrived.countDown();
      boolean interrupted = false;
      while (true) {
        try {
          released.await();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    /// Lets commits go on.
    @Override
    public void close() {
      released.countDown();
    }
  }

  @Override
  public long epoch() {
    return epoch;
  }

  @Override
  public @Nullable TopicHead head(TopicId topic) {
    synchronized (lock) {
      MemoryTopic found = topics.get(topic);
      return found == null ? null : found.head();
    }
  }

  @Override
  public Found find(Collection<? extends Lookup> lookups) {
    Map<Lookup.OfEntry, Entry> entries = new HashMap<>();
    Map<Lookup.OfMember, Member> members = new HashMap<>();
    synchronized (lock) {
      for (Lookup lookup : lookups) {
        MemoryTopic topic = topics.get(lookup.topic());
        if (topic == null) {
          continue;
        }
        switch (lookup) {
          case Lookup.ByKey by -> put(entries, by, topic.byKey(by.author(), by.key()));
          case Lookup.ByAnyKey by -> put(entries, by, topic.byAnyKey(by.key()));
          case Lookup.At at -> put(entries, at, topic.at(at.sequence()));
          case Lookup.OfMember of -> put(members, of, topic.member(of.user()));
        }
      }
    }
    return new Found(entries, members);
  }

  private static <K, V> void put(Map<K, V> map, K key, @Nullable V value) {
    if (value != null) {
      map.put(key, value);
    }
  }

  @Override
  public List<Entry> read(TopicId topic, long after, int maxEntries, int maxBytes) {
    return read(topic, after, Long.MAX_VALUE, maxEntries, maxBytes);
  }

  @Override
  public List<Entry> read(TopicId topic, long after, long upTo, int maxEntries, int maxBytes) {
    return bounded(
        entries(topic, row -> row.entry().sequence() > after && row.entry().sequence() <= upTo),
        maxEntries,
        maxBytes);
  }

  private static List<Entry> bounded(List<Entry> all, int maxEntries, int maxBytes) {
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    for (Entry entry : all) {
      bytes += entry.body().length;
      if (entries.size() == maxEntries || (bytes > maxBytes && !entries.isEmpty())) {
        break;
      }
      entries.add(entry);
    }
    return entries;
  }

  private List<Entry> entries(TopicId topic, Predicate<MemoryTopic.Row> wanted) {
    synchronized (lock) {
      MemoryTopic found = topics.get(topic);
      return found == null
          ? List.of()
          : found.rows().stream().filter(wanted).map(MemoryTopic.Row::entry).toList();
    }
  }

  @Override
  public void commit(List<Append> appends, List<Profile> changed) throws JournalException {
    Stall waiting;
    synchronized (lock) {
      waiting = stall;
    }
    if (waiting != null) {
      waiting.pass();
    }
    synchronized (lock) {
      Fault fault = faults.poll();
      if (fault != null && !fault.committed()) {
        throw failure(fault.kind());
      }
      if (outage != null) {
        throw failure(outage.kind());
      }
      carryOut(appends, changed);
      if (fault != null) {
        throw failure(fault.kind());
      }
    }
  }

  private void carryOut(List<Append> appends, List<Profile> changed) throws JournalException {
    Map<TopicId, MemoryTopic> next = new HashMap<>(topics);
    Set<TopicId> seen = new HashSet<>();
    for (Append append : appends) {
      if (!seen.add(append.topic())) {
        throw new IllegalArgumentException(
            "appends to %s: several (expected: one)".formatted(append.topic()));
      }
    }
    for (Append append : appends) {
      next.put(append.topic(), appended(append));
    }
    Map<String, Profile> nextProfiles = new HashMap<>(profiles);
    changed.forEach(profile -> nextProfiles.put(profile.id(), profile));
    topics = next;
    profiles = nextProfiles;
    commits++;
  }

  private MemoryTopic appended(Append append) throws JournalException {
    MemoryTopic old = topics.get(append.topic());
    long last = old == null ? 0 : old.lastSequence();
    if (last != append.expectedLast() || (old != null && old.erased())) {
      throw failure(JournalException.Cause.CONFLICT);
    }
    MemoryTopic topic = old == null ? new MemoryTopic(append) : new MemoryTopic(old);
    if (!topic.apply(append)) {
      throw failure(JournalException.Cause.BROKEN);
    }
    return topic;
  }

  private static JournalException failure(JournalException.Cause kind) {
    return new JournalException(kind, "the journal in memory is to fail: " + kind, null);
  }

  @Override
  public void probe() throws JournalException {
    synchronized (lock) {
      if (outage != null) {
        throw failure(outage.kind());
      }
    }
  }

  /// Erased topics leave nothing behind here.
  @Override
  public boolean reap(int maxEntries) {
    return false;
  }

  @Override
  public List<Entry> page(
      TopicId topic,
      long after,
      long before,
      @Nullable String parent,
      int maxEntries,
      int maxBytes) {
    return bounded(said(topic, after, before, parent), maxEntries, maxBytes);
  }

  @Override
  public long oldestOf(int count, TopicId topic, long before, @Nullable String parent) {
    List<Entry> all = said(topic, 0, before, parent);
    return all.isEmpty() ? 0 : all.get(Math.max(0, all.size() - count)).sequence();
  }

  private List<Entry> said(TopicId topic, long after, long before, @Nullable String parent) {
    return entries(
        topic,
        row ->
            row.content()
                && row.entry().sequence() > after
                && row.entry().sequence() < before
                && (parent == null || parent.equals(row.parent())));
  }

  @Override
  public List<Listing> topics(
      String kind, String viewer, boolean joinedOnly, String afterName, int limit) {
    return byName(kind, viewer, joinedOnly).values().stream()
        .filter(listing -> Utf8.ORDER.compare(listing.head().topic().name(), afterName) > 0)
        .limit(limit)
        .toList();
  }

  @Override
  public List<Listing> topicsBackwards(String kind, String viewer, String beforeName, int limit) {
    return byName(kind, viewer, true).reversed().values().stream()
        .filter(
            listing ->
                beforeName.isEmpty()
                    || Utf8.ORDER.compare(listing.head().topic().name(), beforeName) < 0)
        .limit(limit)
        .toList();
  }

  private SortedMap<String, Listing> byName(String kind, String viewer, boolean joinedOnly) {
    SortedMap<String, Listing> byName = new TreeMap<>(Utf8.ORDER);
    synchronized (lock) {
      for (MemoryTopic topic : topics.values()) {
        if (topic.id().kind().equals(kind) && topic.visibleTo(viewer, joinedOnly)) {
          byName.put(topic.id().name(), topic.listing(viewer));
        }
      }
    }
    return byName;
  }

  @Override
  public @Nullable Listing topic(TopicId topic, String viewer) {
    synchronized (lock) {
      MemoryTopic found = topics.get(topic);
      return found == null || found.erased() ? null : found.listing(viewer);
    }
  }

  @Override
  public int memberCount(TopicId topic) {
    synchronized (lock) {
      MemoryTopic found = topics.get(topic);
      return found == null ? 0 : found.members().size();
    }
  }

  @Override
  public List<Member> members(TopicId topic, String afterUser, int limit) {
    synchronized (lock) {
      MemoryTopic found = topics.get(topic);
      return found == null
          ? List.of()
          : found.members().stream()
              .filter(member -> Utf8.ORDER.compare(member.user(), afterUser) > 0)
              .limit(limit)
              .toList();
    }
  }

  @Override
  public List<Entry> search(
      TopicId topic, SearchWords words, @Nullable String author, long before, int limit) {
    return entries(
            topic,
            row ->
                row.text() != null
                    && row.entry().sequence() < before
                    && (author == null || author.equals(row.entry().author()))
                    && Words.match(words, row.text()))
        .reversed()
        .stream()
        .limit(limit)
        .toList();
  }

  @Override
  public Map<String, Profile> profiles(Collection<String> users) {
    synchronized (lock) {
      Map<String, Profile> found = new HashMap<>();
      users.forEach(user -> put(found, user, profiles.get(user)));
      return found;
    }
  }
}
