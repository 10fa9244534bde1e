package dev.parley.core.topic;

/// Fills tails for tests and benchmarks of other packages.
public final class Tails {
  private Tails() {}

  /// Adds the next entry, as the engine does.
  public static void add(Tail tail, Entry entry) {
    tail.add(entry);
  }
}
