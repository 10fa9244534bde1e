package dev.parley.bench.measure;

import java.util.concurrent.atomic.LongAdder;

/// What has been counted in this process. Thread-safe.
public final class Counts {
  /// Messages sent.
  public final LongAdder sent = new LongAdder();

  /// Messages acknowledged.
  public final LongAdder acknowledged = new LongAdder();

  /// Requests refused.
  public final LongAdder refused = new LongAdder();

  /// Messages that reached a subscriber.
  public final LongAdder deliveries = new LongAdder();

  /// Signs of typing that reached a subscriber.
  public final LongAdder typing = new LongAdder();

  /// Receipts that reached a subscriber.
  public final LongAdder receipts = new LongAdder();

  /// Events of presence that reached a subscriber.
  public final LongAdder presence = new LongAdder();

  /// gRPC messages received.
  public final LongAdder frames = new LongAdder();

  /// Bytes of those.
  public final LongAdder bytes = new LongAdder();

  /// Streams that were opened again and have caught up.
  public final LongAdder resumes = new LongAdder();

  /// All of it now, to be compared with later.
  public Tally tally() {
    return new Tally(
        sent.sum(),
        acknowledged.sum(),
        refused.sum(),
        deliveries.sum(),
        typing.sum(),
        receipts.sum(),
        presence.sum(),
        frames.sum(),
        bytes.sum(),
        resumes.sum());
  }
}
