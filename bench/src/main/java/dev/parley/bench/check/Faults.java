package dev.parley.bench.check;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Things of one kind that were not as they should be: the first in words, and how many.
/// Thread-safe.
public final class Faults {
  private final AtomicReference<@Nullable String> first = new AtomicReference<>();
  private final AtomicLong count = new AtomicLong();

  /// One more.
  public void add(String words) {
    count.incrementAndGet();
    first.compareAndSet(null, words);
  }

  /// The first, in words; null: none so far.
  public @Nullable String first() {
    return first.get();
  }

  /// How many.
  public long count() {
    return count.get();
  }
}
