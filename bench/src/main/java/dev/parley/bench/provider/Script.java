package dev.parley.bench.provider;

/// What every answer is made of.
///
/// @param deltas how many, 2 to [DeltaText#MAX_DELTAS]
/// @param paceNanos time from one to the next, and before the first
public record Script(int deltas, long paceNanos) {
  public Script {
    if (deltas < 2 || deltas > DeltaText.MAX_DELTAS) {
      throw new IllegalArgumentException(
          "%d deltas (expected: 2 to %d)".formatted(deltas, DeltaText.MAX_DELTAS));
    }
    if (paceNanos < 0) {
      throw new IllegalArgumentException("pace: %d ns (expected: 0 or more)".formatted(paceNanos));
    }
  }

  /// Deltas before the middle of the answer, where things go wrong.
  public int half() {
    return deltas / 2;
  }

  /// From the question to the answer's end.
  public long answerNanos() {
    return deltas * paceNanos;
  }
}
