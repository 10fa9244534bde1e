package dev.parley.bench.load;

import java.util.Locale;

/// What the clients do.
public enum Workload {
  /// Messages to everybody in rooms.
  FANOUT,
  /// Durable sends: many senders, few readers.
  INGEST,
  /// Connections that only listen.
  IDLE,
  /// Connections that break and resume, a few at a time.
  CHURN,
  /// Half of a big room comes back at once.
  RESUME_STORM,
  /// Some readers stall or trickle.
  SLOW,
  /// Rooms of all sizes, typing, receipts, people who come and go.
  MIXED;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
