package dev.parley.bench.measure;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/// A histogram for each [Latency], in nanoseconds, exact to one percent. Owned by one thread.
public final class Latencies {
  private static final long LOWEST_NANOS = 1_000;
  private static final long HIGHEST_NANOS = 3_600_000_000_000L;
  private static final int DIGITS = 2;

  private final EnumMap<Latency, Histogram> histograms = new EnumMap<>(Latency.class);

  public Latencies() {
    for (Latency latency : Latency.values()) {
      histograms.put(latency, new Histogram(LOWEST_NANOS, HIGHEST_NANOS, DIGITS));
    }
  }

  /// One more. A time out of all bounds counts as the bound.
  public void record(Latency latency, long nanos) {
    get(latency).recordValue(Math.clamp(nanos, 0, HIGHEST_NANOS));
  }

  /// Adds what others measured.
  public void add(Latencies others) {
    for (Latency latency : Latency.values()) {
      get(latency).add(others.get(latency));
    }
  }

  /// Puts what others measured of one kind in place of what is here.
  public void replace(Latency latency, Latencies others) {
    get(latency).reset();
    get(latency).add(others.get(latency));
  }

  /// Forgets what was measured of one kind.
  public void reset(Latency latency) {
    get(latency).reset();
  }

  /// What was measured of one kind.
  public Quantiles quantiles(Latency latency) {
    return Quantiles.of(get(latency));
  }

  /// All of it as text: HdrHistogram's compressed form, in Base64, by [Latency#key].
  public Map<String, String> encoded() {
    Map<String, String> encoded = new TreeMap<>();
    histograms.forEach(
        (latency, histogram) -> {
          ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
          int length = histogram.encodeIntoCompressedByteBuffer(buffer);
          byte[] bytes = new byte[length];
          buffer.flip().get(bytes);
          encoded.put(latency.key(), Base64.getEncoder().encodeToString(bytes));
        });
    return encoded;
  }

  /// What [#encoded] made.
  ///
  /// @throws IllegalArgumentException if it did not
  public static Latencies decode(Map<String, String> encoded) {
    Latencies latencies = new Latencies();
    for (Latency latency : Latency.values()) {
      String text = encoded.get(latency.key());
      if (text != null) {
        ByteBuffer buffer = ByteBuffer.wrap(Base64.getDecoder().decode(text));
        try {
          latencies.get(latency).add(Histogram.decodeFromCompressedByteBuffer(buffer, 0));
        } catch (DataFormatException e) {
          throw new IllegalArgumentException("histogram " + latency.key(), e);
        }
      }
    }
    return latencies;
  }

  private Histogram get(Latency latency) {
    Histogram histogram = histograms.get(latency);
    if (histogram == null) {
      throw new IllegalStateException("every latency has a histogram: " + latency);
    }
    return histogram;
  }
}
