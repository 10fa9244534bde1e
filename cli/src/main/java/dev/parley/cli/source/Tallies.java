package dev.parley.cli.source;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Counts by kind, each with the first few places. Owned by one thread.
///
/// @param <K> the kind
public final class Tallies<K extends Comparable<K>> {
  /// How many places are kept for each kind.
  public static final int MAX_PLACES = 5;

  private final Map<K, Tally> tallies = new TreeMap<>();

  /// One kind's count.
  ///
  /// @param count how often
  /// @param first where first, at most [#MAX_PLACES]
  public record Tally(long count, List<Origin> first) {}

  /// Counts one more.
  public void add(K kind, Origin origin) {
    tallies.merge(kind, new Tally(1, List.of(origin)), Tallies::plus);
  }

  /// How many of one kind.
  public long count(K kind) {
    Tally tally = tallies.get(kind);
    return tally == null ? 0 : tally.count();
  }

  /// How many in all.
  public long total() {
    return tallies.values().stream().mapToLong(Tally::count).sum();
  }

  /// A view of all counts, in the order of the kinds.
  public Map<K, Tally> all() {
    return Collections.unmodifiableMap(tallies);
  }

  private static Tally plus(Tally sum, Tally one) {
    if (sum.first().size() == MAX_PLACES) {
      return new Tally(sum.count() + one.count(), sum.first());
    }
    List<Origin> first = new ArrayList<>(sum.first());
    first.addAll(one.first());
    return new Tally(sum.count() + one.count(), List.copyOf(first));
  }
}
