package dev.parley.bench.gateway;

import dev.parley.bench.measure.Quantiles;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// Times of answers by one lane, in nanoseconds, exact to a ten-thousandth: what a gateway adds is
/// the difference of times that are a hundred times as long. Owned by one thread.
final class Times {
  /// What is measured.
  enum Kind {
    /// From asking to the first delta.
    FIRST("firstToken"),
    /// From the provider's writing the first delta to its coming.
    FIRST_WAY("firstTokenWay"),
    /// The same of every delta.
    WAY("deltaWay"),
    /// From one delta's coming to the next one's.
    GAP("gap");

    private final String key;

    Kind(String key) {
      this.key = key;
    }

    /// Name in JSON.
    String key() {
      return key;
    }
  }

  private static final long LOWEST_NANOS = 1_000;
  private static final long HIGHEST_NANOS = 600_000_000_000L;
  private static final int DIGITS = 4;

  private final EnumMap<Kind, Histogram> histograms = new EnumMap<>(Kind.class);

  Times() {
    for (Kind kind : Kind.values()) {
      histograms.put(kind, new Histogram(LOWEST_NANOS, HIGHEST_NANOS, DIGITS));
    }
  }

  void record(Kind kind, long nanos) {
    Histogram histogram = histograms.get(kind);
    if (histogram != null) {
      histogram.recordValue(Math.clamp(nanos, 0, HIGHEST_NANOS));
    }
  }

  /// By [Kind#key].
  Map<String, Quantiles> quantiles() {
    Map<String, Quantiles> quantiles = new LinkedHashMap<>();
    histograms.forEach((kind, histogram) -> quantiles.put(kind.key(), Quantiles.of(histogram)));
    return quantiles;
  }
}
