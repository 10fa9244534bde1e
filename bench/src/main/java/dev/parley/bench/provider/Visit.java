package dev.parley.bench.provider;

import org.jspecify.annotations.Nullable;

/// One question that came to the provider, and what became of its answer; times are those of
/// [System#nanoTime]. Thread-safe.
public final class Visit {
  /// How an answer ended.
  public enum End {
    /// Everything was said, or refused.
    COMPLETE,
    /// The one who asked went away.
    ABORTED,
    /// The provider broke off, as it was told to.
    CUT
  }

  private final int question;
  private final Behaviour behaviour;
  private final long cameNanos;
  private final long[] wroteNanos;
  private int written;
  private @Nullable End end;
  private long endedNanos;

  Visit(int question, Behaviour behaviour, int deltas) {
    this.question = question;
    this.behaviour = behaviour;
    cameNanos = System.nanoTime();
    wroteNanos = new long[deltas];
  }

  /// The question's number.
  public int question() {
    return question;
  }

  /// How it is answered.
  public Behaviour behaviour() {
    return behaviour;
  }

  /// When it came.
  public long cameNanos() {
    return cameNanos;
  }

  /// How many deltas were written until now.
  public synchronized int written() {
    return written;
  }

  /// When one of them was.
  ///
  /// @param index less than [#written]
  public synchronized long wroteNanos(int index) {
    return wroteNanos[index];
  }

  /// How it ended; null: it has not yet.
  public synchronized @Nullable End end() {
    return end;
  }

  /// When it did; meaningless before.
  public synchronized long endedNanos() {
    return endedNanos;
  }

  synchronized void wrote(long nanos) {
    wroteNanos[written] = nanos;
    written++;
  }

  /// Notes how it ended.
  ///
  /// @return whether it had not ended before
  synchronized boolean ends(End how) {
    if (end != null) {
      return false;
    }
    end = how;
    endedNanos = System.nanoTime();
    return true;
  }
}
