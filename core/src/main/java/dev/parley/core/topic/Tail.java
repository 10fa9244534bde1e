package dev.parley.core.topic;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The newest entries of one topic's journal, in memory, bounded in number and bytes.
///
/// One thread writes (the engine's), any thread reads, without locks: a slot is found by the
/// sequence and checked against the entry's own sequence, so a reader who is overtaken by the
/// writer misses and turns to the journal.
public final class Tail {
  private static final int FIRST_CAPACITY = 16;

  private final int maxEntries;
  private final int maxBytes;
  private volatile AtomicReferenceArray<@Nullable Entry> ring =
      new AtomicReferenceArray<>(FIRST_CAPACITY);
  private long first = 1;
  private long last;
  private long bytes;

  /// @param maxEntries most entries kept, at least 1
  /// @param maxBytes most bytes kept; the newest entry is, whatever its size
  public Tail(int maxEntries, int maxBytes) {
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
  }

  /// Entries after a sequence, ascending and without gap, from memory alone.
  ///
  /// @return at most `max` entries up to `upTo`; empty if the first of them is not in memory
  public List<Entry> read(long after, long upTo, int max, int maxReadBytes) {
    AtomicReferenceArray<@Nullable Entry> slots = ring;
    List<Entry> found = new ArrayList<>();
    int size = 0;
    for (long sequence = after + 1; sequence <= upTo && found.size() < max; sequence++) {
      Entry entry = slots.get((int) (sequence & (slots.length() - 1)));
      if (entry == null || entry.sequence() != sequence || size > maxReadBytes) {
        break;
      }
      size += weight(entry);
      found.add(entry);
    }
    return found;
  }

  /// Counts entries from one place back to another, from memory alone.
  ///
  /// @param after where to stop, not included
  /// @param upTo where to begin
  /// @param max how many of those that `looked` fits are looked at
  /// @param counted which of these count
  /// @return how many; -1: they are not all in memory
  public int count(
      long after, long upTo, int max, Predicate<Entry> looked, Predicate<Entry> counted) {
    AtomicReferenceArray<@Nullable Entry> slots = ring;
    int left = max;
    int count = 0;
    for (long sequence = upTo; sequence > after && left > 0; sequence--) {
      Entry entry = slots.get((int) (sequence & (slots.length() - 1)));
      if (entry == null || entry.sequence() != sequence) {
        return -1;
      }
      if (looked.test(entry)) {
        left--;
        count += counted.test(entry) ? 1 : 0;
      }
    }
    return count;
  }

  /// Engine thread only. Adds the next entry.
  void add(Entry entry) {
    if (entry.sequence() != last + 1) {
      clear();
      first = entry.sequence();
    }
    last = entry.sequence();
    bytes += weight(entry);
    trim();
    if (last - first >= ring.length()) {
      grow();
    }
    ring.set(slot(last), entry);
  }

  /// Engine thread only. Replaces an entry's content, if it is here.
  void amend(Amendment amendment) {
    if (amendment.sequence() < first || amendment.sequence() > last) {
      return;
    }
    Entry before = ring.get(slot(amendment.sequence()));
    if (before != null) {
      Entry after = amendment.appliedTo(before);
      bytes += weight(after) - weight(before);
      ring.set(slot(amendment.sequence()), after);
      trim();
    }
  }

  /// Engine thread only. Forgets everything.
  void clear() {
    ring = new AtomicReferenceArray<>(FIRST_CAPACITY);
    first = last + 1;
    bytes = 0;
  }

  /// Engine thread only. Bytes held, by estimate.
  long bytes() {
    return bytes;
  }

  private void trim() {
    while (first < last && (bytes > maxBytes || last - first >= maxEntries)) {
      Entry oldest = ring.getAndSet(slot(first), null);
      if (oldest != null) {
        bytes -= weight(oldest);
      }
      first++;
    }
  }

  private void grow() {
    AtomicReferenceArray<@Nullable Entry> larger = new AtomicReferenceArray<>(ring.length() * 2);
    for (long sequence = first; sequence < last; sequence++) {
      larger.set((int) (sequence & (larger.length() - 1)), ring.get(slot(sequence)));
    }
    ring = larger;
  }

  private int slot(long sequence) {
    return (int) (sequence & (ring.length() - 1));
  }

  /// The body, and about what the rest takes.
  private static int weight(Entry entry) {
    return entry.body().length + 128;
  }
}
