package dev.parley.bench.check;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/// One subscriber's way through one room's journal, across all of its connections: each step must
/// be the next sequence, with what everybody else found there. Owned by one thread at a time.
public final class RoomReader {
  private static final long NOWHERE = -1;

  private final RoomLedger ledger;
  private final String who;
  private long last = NOWHERE;
  private long pageNumber = -1;
  private @Nullable AtomicIntegerArray page;

  /// @param who the subscriber, for words
  public RoomReader(RoomLedger ledger, String who) {
    this.ledger = ledger;
    this.who = who;
  }

  /// The last sequence seen; -1: none, and no place to begin at either.
  public long last() {
    return last;
  }

  /// The server says where what follows begins: at the first time anywhere, after that where this
  /// reader was.
  public void begins(long afterSequence) {
    if (last != NOWHERE && afterSequence != last) {
      wrong("resumed after %d (expected: after %d)".formatted(afterSequence, last));
    }
    last = afterSequence;
  }

  /// Something journaled came, with its place.
  public void read(long sequence, long hash) {
    if (sequence != last + 1) {
      String what = sequence <= last ? "a repeat" : "a gap";
      wrong("%s: %d came after %d".formatted(what, sequence, last));
    }
    last = sequence;
    note(sequence, hash);
  }

  /// A message came whose place the protocol does not tell: the next, then.
  public void readNext(long hash) {
    last = Math.max(last, 0) + 1;
    note(last, hash);
  }

  private void note(long sequence, long hash) {
    AtomicIntegerArray current = page;
    if (current == null || RoomLedger.pageNumber(sequence) != pageNumber) {
      current = ledger.page(sequence);
      page = current;
      pageNumber = RoomLedger.pageNumber(sequence);
    }
    ledger.heard(current, sequence, hash, who);
  }

  /// Whether everything up to a sequence has come.
  public boolean hasReached(long sequence) {
    return last >= sequence;
  }

  /// Nothing more will come: everything up to a sequence must have.
  public void ends(long sequence) {
    if (!hasReached(sequence)) {
      wrong("%d is missing: it ends with %d".formatted(sequence, last));
    }
  }

  private void wrong(String words) {
    ledger.violations().add("%s, %s: %s".formatted(ledger.room(), who, words));
  }
}
