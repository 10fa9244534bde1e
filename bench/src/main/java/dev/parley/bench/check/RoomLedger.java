package dev.parley.bench.check;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/// What is at each place of one room's journal, as its readers and senders found it. Thread-safe.
///
/// Whoever hears of a sequence first fixes what is there, as a hash of 32 bits; everybody else must
/// find the same. Since each reader also sees the sequences rise by one ([RoomReader]), this is one
/// order, without gap or repeat, for all.
public final class RoomLedger {
  private static final int PAGE_BITS = 12;
  private static final int PAGE = 1 << PAGE_BITS;
  private static final int UNKNOWN = 0;

  private final String room;
  private final Faults violations;
  private final ConcurrentHashMap<Long, AtomicIntegerArray> pages = new ConcurrentHashMap<>();
  private final AtomicLong acknowledged = new AtomicLong();

  /// @param room the room's id
  public RoomLedger(String room, Faults violations) {
    this.room = room;
    this.violations = violations;
  }

  /// The room's id.
  public String room() {
    return room;
  }

  /// Where what is wrong is told.
  Faults violations() {
    return violations;
  }

  /// The page that holds a sequence, for readers that stay on one for a while.
  AtomicIntegerArray page(long sequence) {
    return pages.computeIfAbsent(sequence >>> PAGE_BITS, _ -> new AtomicIntegerArray(PAGE));
  }

  static long pageNumber(long sequence) {
    return sequence >>> PAGE_BITS;
  }

  /// Somebody heard what is at a place.
  void heard(AtomicIntegerArray page, long sequence, long hash, String who) {
    int value = fold(hash);
    int index = (int) (sequence & PAGE - 1);
    int before = page.get(index);
    if (before == UNKNOWN) {
      before = page.compareAndExchange(index, UNKNOWN, value);
    }
    if (before != UNKNOWN && before != value) {
      violations.add(
          "%s: %s got something else at sequence %d than others".formatted(room, who, sequence));
    }
  }

  /// A message was acknowledged at a place: everybody must find it there.
  public void acknowledged(long sequence, long hash, String who) {
    heard(page(sequence), sequence, hash, who);
    acknowledged.accumulateAndGet(sequence, Math::max);
  }

  /// The highest sequence that was acknowledged; 0: none.
  public long lastAcknowledged() {
    return acknowledged.get();
  }

  /// What is known here, as one hash for each page and for the part of it that is known without a
  /// hole: to be compared with what other processes know. Keys are `FIRST-LAST` sequences.
  public Map<String, Long> digests() {
    Map<String, Long> digests = new TreeMap<>();
    pages.forEach((number, page) -> digest(number << PAGE_BITS, page, digests));
    return digests;
  }

  private static void digest(long start, AtomicIntegerArray page, Map<String, Long> digests) {
    int first = 0;
    while (first < PAGE && page.get(first) == UNKNOWN) {
      first++;
    }
    long hash = 1;
    int next = first;
    for (; next < PAGE && page.get(next) != UNKNOWN; next++) {
      hash = 31 * hash + page.get(next);
    }
    if (next > first) {
      digests.put("%d-%d".formatted(start + first, start + next - 1), hash);
    }
  }

  private static int fold(long hash) {
    int folded = (int) (hash ^ hash >>> 32);
    return folded == UNKNOWN ? 1 : folded;
  }
}
