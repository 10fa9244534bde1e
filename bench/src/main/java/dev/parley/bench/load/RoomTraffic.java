package dev.parley.bench.load;

import dev.parley.bench.check.RoomLedger;
import dev.parley.bench.wire.Bytes;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// One room, as far as this process has to do with it. Thread-safe.
final class RoomTraffic {
  final String id;
  final long hash;
  final RoomLedger ledger;

  /// Subscribers in this process.
  final AtomicInteger readers = new AtomicInteger();

  /// Messages acknowledged to this process.
  final AtomicLong acknowledged = new AtomicLong();

  /// Senders in this process.
  final AtomicInteger senders = new AtomicInteger();

  /// Messages sent by this process.
  final AtomicLong sent = new AtomicLong();

  private final AtomicLong delivered = new AtomicLong();
  private final CopyOnWriteArrayList<Runnable> waiting = new CopyOnWriteArrayList<>();

  RoomTraffic(RoomLedger ledger) {
    this.ledger = ledger;
    id = ledger.room();
    hash = Bytes.hash(id);
  }

  /// Somebody wants to know when messages have reached, on average, one more reader each.
  void onProgress(Runnable told) {
    waiting.add(told);
  }

  /// Messages reached a reader.
  void delivered(int count) {
    long before = delivered.getAndAdd(count);
    int all = Math.max(1, readers.get());
    if (!waiting.isEmpty() && before / all != (before + count) / all) {
      waiting.forEach(Runnable::run);
    }
  }

  /// Messages sent here that have not reached the readers here, on average. Those that other
  /// processes send to the same room are taken for ours.
  long underWay() {
    int all = readers.get();
    return all == 0 ? 0 : sent.get() - delivered.get() / all;
  }
}
