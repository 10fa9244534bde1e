package dev.parley.client;

import java.util.NavigableSet;
import java.util.TreeSet;

/// How far one room's journal has been seen: tells new entries from repeats and from gaps. Owned by
/// the loop.
///
/// With echo this is a single number: each entry must be the next. Without echo the client's own
/// messages do not come as events but as acks, and acks keep no order with events:
///
///     events  5   7           own message 6: after event 7 it is a *hole*,
///     acks            6       filled when the ack comes
///
///     events  5           6   own message 7: *ahead* until event 6 comes,
///     acks        7           then passed over
///
/// A hole is believed in only while a message of one's own is unanswered that may fill it. Any
/// other missing entry is a gap. To resume means to go back before the first hole; what is sent
/// again is recognised as a repeat. The rejected alternative, holding events back until holes are
/// filled, would let a slow disk delay what others say.
final class RoomCursor {

  /// Own messages remembered ahead of the events. What is beyond comes as a gap, thus as a resume
  /// that brings them as events.
  private static final int MAX_AHEAD = 100_000;

  /// What to do with an entry.
  enum Verdict {
    /// Seen for the first time.
    DELIVER,
    /// Seen before, or known by its ack.
    REPEAT,
    /// Something before it is missing.
    GAP
  }

  private final long epoch;
  private long last;
  private final NavigableSet<Long> holes = new TreeSet<>();
  private final NavigableSet<Long> ahead = new TreeSet<>();

  RoomCursor(long epoch, long afterSequence) {
    this.epoch = epoch;
    this.last = afterSequence;
  }

  long epoch() {
    return epoch;
  }

  /// The sequence to name when resuming.
  long resumeAfter() {
    return holes.isEmpty() ? last : holes.first() - 1;
  }

  /// The highest sequence seen.
  long last() {
    return last;
  }

  /// Takes an entry.
  ///
  /// @param own the entry is a message of this client's that it wants no echo of
  /// @param mayBeMissing requests of the room that may have been carried out without being
  ///     answered; 0 with echo
  Verdict accept(long sequence, boolean own, int mayBeMissing) {
    if (sequence <= last) {
      return holes.remove(sequence) && !own ? Verdict.DELIVER : Verdict.REPEAT;
    }
    NavigableSet<Long> skipped = ahead.headSet(sequence, false);
    long missing = sequence - last - 1 - skipped.size();
    if (missing > 0 && holes.size() + missing > mayBeMissing) {
      return Verdict.GAP;
    }
    for (long s = last + 1; missing > 0 && s < sequence; s++) {
      if (!ahead.contains(s)) {
        holes.add(s);
      }
    }
    boolean known = ahead.contains(sequence);
    last = sequence;
    ahead.headSet(sequence, true).clear();
    passAhead();
    return own || known ? Verdict.REPEAT : Verdict.DELIVER;
  }

  /// Takes the ack of a message that does not come as an event.
  ///
  /// @param mayBeMissing as for [#accept], this message no longer counted
  /// @return GAP if a hole is left that nothing can fill; else REPEAT
  Verdict acked(long sequence, int mayBeMissing) {
    if (sequence <= last) {
      holes.remove(sequence);
    } else if (ahead.size() < MAX_AHEAD) {
      ahead.add(sequence);
      passAhead();
    }
    return settled(mayBeMissing);
  }

  /// Whether each hole can still be filled.
  Verdict settled(int mayBeMissing) {
    return holes.size() > mayBeMissing ? Verdict.GAP : Verdict.REPEAT;
  }

  private void passAhead() {
    while (ahead.remove(last + 1)) {
      last++;
    }
  }
}
