package dev.parley.client;

/// Where a room's events begin for one who joins it.
public sealed interface JoinFrom {

  /// Nothing of the past.
  record Now() implements JoinFrom {}

  /// The newest entries first.
  ///
  /// @param count how many, 0 to 1,000
  record History(int count) implements JoinFrom {

    /// The most that a server gives at once.
    public static final int MAX_COUNT = 1_000;

    public History {
      if (count < 0 || count > MAX_COUNT) {
        throw new IllegalArgumentException(
            "history: " + count + " (expected: 0 to " + MAX_COUNT + ")");
      }
    }
  }

  /// Everything after a point that was seen before.
  ///
  /// @param sequence the last sequence seen; 0: from the beginning
  /// @param epoch the epoch of that sequence, from `RoomJoinedEvent`; 0: unknown
  record After(long sequence, long epoch) implements JoinFrom {

    public After {
      if (sequence < 0) {
        throw new IllegalArgumentException("sequence: " + sequence + " (expected: >= 0)");
      }
    }
  }

  static JoinFrom now() {
    return new Now();
  }

  static JoinFrom history(int count) {
    return new History(count);
  }

  static JoinFrom after(long sequence, long epoch) {
    return new After(sequence, epoch);
  }
}
