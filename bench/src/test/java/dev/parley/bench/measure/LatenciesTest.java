package dev.parley.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class LatenciesTest {
  private static final long MILLI = 1_000_000;

  @Test
  void quantilesAreExactToAPercent() {
    Latencies latencies = new Latencies();
    for (int i = 1; i <= 1_000; i++) {
      latencies.record(Latency.ACK, i * MILLI);
    }
    Quantiles ack = latencies.quantiles(Latency.ACK);
    assertThat(ack.count()).isEqualTo(1_000);
    assertThat(ack.p50()).isCloseTo(500, within(5.0));
    assertThat(ack.p99()).isCloseTo(990, within(10.0));
    assertThat(ack.max()).isCloseTo(1_000, within(10.0));
    assertThat(latencies.quantiles(Latency.DELIVERY)).isEqualTo(new Quantiles(0, 0, 0, 0, 0, 0));
  }

  @Test
  void whatGoesThroughTextAddsUp() {
    Latencies one = new Latencies();
    Latencies other = new Latencies();
    Latencies both = new Latencies();
    for (int i = 1; i <= 1_000; i++) {
      (i % 3 == 0 ? one : other).record(Latency.DELIVERY, i * MILLI);
      both.record(Latency.DELIVERY, i * MILLI);
    }
    one.record(Latency.RESUME, 7 * MILLI);
    Latencies sum = Latencies.decode(one.encoded());
    sum.add(Latencies.decode(other.encoded()));
    assertThat(sum.quantiles(Latency.DELIVERY)).isEqualTo(both.quantiles(Latency.DELIVERY));
    assertThat(sum.quantiles(Latency.RESUME).count()).isEqualTo(1);
    assertThat(sum.quantiles(Latency.ACK).count()).isZero();
  }

  @Test
  void timesOutOfBoundsCountAsTheBound() {
    Latencies latencies = new Latencies();
    latencies.record(Latency.ACK, -5);
    latencies.record(Latency.ACK, Long.MAX_VALUE);
    assertThat(latencies.quantiles(Latency.ACK).count()).isEqualTo(2);
  }

  @Test
  void resettingOneKindLeavesTheOthers() {
    Latencies latencies = new Latencies();
    latencies.record(Latency.ACK, MILLI);
    latencies.record(Latency.CONNECT, MILLI);
    latencies.reset(Latency.ACK);
    assertThat(latencies.quantiles(Latency.ACK).count()).isZero();
    assertThat(latencies.quantiles(Latency.CONNECT).count()).isEqualTo(1);
  }
}
