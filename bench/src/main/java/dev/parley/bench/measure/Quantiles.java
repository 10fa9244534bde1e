package dev.parley.bench.measure;

import org.HdrHistogram.Histogram;

/// What a histogram comes down to, in milliseconds. Immutable.
///
/// @param count how many times were measured; if 0, the others are 0 too
/// @param p50 half of them took at most this
/// @param p90 nine of ten
/// @param p99 99 of 100
/// @param p999 999 of 1,000
/// @param max the longest
public record Quantiles(long count, double p50, double p90, double p99, double p999, double max) {
  private static final double NANOS_PER_MILLI = 1e6;

  /// Of times in nanoseconds.
  public static Quantiles of(Histogram histogram) {
    long count = histogram.getTotalCount();
    return count == 0
        ? new Quantiles(0, 0, 0, 0, 0, 0)
        : new Quantiles(
            count,
            at(histogram, 50),
            at(histogram, 90),
            at(histogram, 99),
            at(histogram, 99.9),
            histogram.getMaxValue() / NANOS_PER_MILLI);
  }

  private static double at(Histogram histogram, double percent) {
    return histogram.getValueAtPercentile(percent) / NANOS_PER_MILLI;
  }
}
