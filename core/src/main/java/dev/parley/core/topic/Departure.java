package dev.parley.core.topic;

/// How a subscription ends.
public enum Departure {
  /// The stream broke: its user may be back in a moment.
  BROKEN,
  /// The stream said so.
  LEFT,
  /// The topic said so, and has told of it already: there is nothing left to end.
  EVICTED
}
