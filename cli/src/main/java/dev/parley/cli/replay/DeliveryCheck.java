package dev.parley.cli.replay;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Whether everybody got everything once and in one order. Thread-safe.
///
/// A message's number is its place among those sent, from 0. Whoever hears of a message's sequence
/// first, by an event or by the ack, fixes it; everybody else must hear the same. Since each member
/// sees its sequences rise by one, agreement on every message's sequence is one order.
final class DeliveryCheck {
  private static final long UNKNOWN = 0;

  private final AtomicLongArray sequences;
  private final AtomicReference<@Nullable String> violation = new AtomicReference<>();
  private final AtomicLong acked = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();

  /// @param messages how many will be sent at most
  DeliveryCheck(int messages) {
    sequences = new AtomicLongArray(messages);
  }

  /// A message was acknowledged.
  void acked(int message, long sequence, boolean duplicate) {
    acked.incrementAndGet();
    heard(message, sequence, "its author's ack");
    if (duplicate) {
      violated("message %d was acknowledged as said before".formatted(message));
    }
  }

  /// A message was not taken.
  void refused(int message, String words) {
    refused.incrementAndGet();
    violated("message %d was refused: %s".formatted(message, words));
  }

  /// Somebody heard of a message at a sequence.
  void heard(int message, long sequence, String who) {
    if (message >= sequences.length()) {
      violated("%s got message %d, which was never sent".formatted(who, message));
      return;
    }
    long before = sequences.compareAndExchange(message, UNKNOWN, sequence);
    if (before != UNKNOWN && before != sequence) {
      violated("message %d is at %d, but for %s at %d".formatted(message, before, who, sequence));
    }
  }

  /// Records a violation; the first one counts.
  void violated(String words) {
    violation.compareAndSet(null, words);
  }

  /// The first violation; null: none so far.
  @Nullable String violation() {
    return violation.get();
  }

  /// Messages acknowledged.
  long acked() {
    return acked.get();
  }

  /// Messages refused.
  long refused() {
    return refused.get();
  }

  /// A message's sequence; 0: not acknowledged and seen by nobody.
  long sequence(int message) {
    return sequences.get(message);
  }
}
