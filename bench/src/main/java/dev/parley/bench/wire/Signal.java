package dev.parley.bench.wire;

/// What is told and not journaled.
public enum Signal {
  /// Somebody types.
  TYPING,
  /// Somebody has read.
  RECEIPT,
  /// Somebody comes, goes, or is now something else than before.
  PRESENCE
}
