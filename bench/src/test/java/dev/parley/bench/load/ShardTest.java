package dev.parley.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.measure.Latencies;
import dev.parley.bench.measure.Latency;
import dev.parley.bench.measure.Tally;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ShardTest {
  private static Shard shard(int times, long violations, String violation, long digest) {
    Latencies latencies = new Latencies();
    for (int i = 0; i < times; i++) {
      latencies.record(Latency.ACK, 1_000_000);
    }
    return new Shard(
        2,
        new Tally(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
        latencies.encoded(),
        0.5,
        3,
        10,
        100,
        violations,
        violation,
        0,
        null,
        Map.of("den", Map.of("1-20", digest)));
  }

  @Test
  void sumsWhatTheProcessesDid() {
    Shard both = Shard.merge(List.of(shard(3, 0, null, 9), shard(4, 0, null, 9)));
    assertThat(both.tally()).isEqualTo(new Tally(2, 4, 6, 8, 10, 12, 14, 16, 18, 20));
    assertThat(Latencies.decode(both.histograms()).quantiles(Latency.ACK).count()).isEqualTo(7);
    assertThat(both.seconds()).isEqualTo(2);
    assertThat(both.cpuSeconds()).isEqualTo(1);
    assertThat(both.caughtUp()).isEqualTo(6);
    assertThat(both.checked()).isEqualTo(200);
    assertThat(both.violations()).isZero();
    assertThat(both.violation()).isNull();
  }

  @Test
  void keepsTheFirstViolation() {
    Shard both = Shard.merge(List.of(shard(0, 0, null, 9), shard(0, 2, "a gap", 9)));
    assertThat(both.violations()).isEqualTo(2);
    assertThat(both.violation()).isEqualTo("a gap");
  }

  @Test
  void findsThatProcessesGotDifferentThings() {
    Shard both = Shard.merge(List.of(shard(0, 0, null, 9), shard(0, 0, null, 8)));
    assertThat(both.violations()).isEqualTo(1);
    assertThat(both.violation())
        .isEqualTo("den: two processes got different messages among sequences 1-20");
  }
}
