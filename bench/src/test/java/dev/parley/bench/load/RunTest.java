package dev.parley.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.LyingServer;
import dev.parley.bench.measure.Latencies;
import dev.parley.bench.measure.Latency;
import dev.parley.bench.measure.Quantiles;
import dev.parley.bench.measure.Tally;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A server that tells nobody anything from one moment of the run until the measuring has ended.
final class RunTest {
  private static final double RATE = 200;
  private static final int MEMBERS = 3;

  private static Shard run(Referee.Moment from) throws IOException {
    try (LyingServer server = new LyingServer()) {
      Referee referee =
          new Referee() {
            @Override
            public void at(Moment moment) {
              if (moment == from) {
                server.hold();
              } else if (moment == Moment.STOP) {
                server.release();
              }
            }

            @Override
            public Map<String, Long> ends(Map<String, Long> mine) {
              return mine;
            }

            @Override
            public void progress(Tally tally) {}
          };
      Plan plan = Plans.fanout(server.socketAddress(), 1, MEMBERS, RATE);
      Shard shard = new Run(plan, referee, new Pause()).run();
      assertThat(shard.violation()).isNull();
      return shard;
    }
  }

  private static Quantiles times(Shard shard, Latency latency) {
    return Latencies.decode(shard.histograms()).quantiles(latency);
  }

  @Test
  void whatWasUnderWayWhenTheMeasuringEndedIsMeasured() throws IOException {
    Shard shard = run(Referee.Moment.MEASURE);
    // The first that was held was due an interval after the hold began, at the latest.
    double heldMillis = 1_000 * (shard.seconds() - 1 / RATE);
    assertThat(times(shard, Latency.DELIVERY).max()).isGreaterThanOrEqualTo(0.99 * heldMillis);
    assertThat(times(shard, Latency.ACK).max()).isGreaterThanOrEqualTo(0.99 * heldMillis);
  }

  @Test
  void eachDeliveryIsMeasuredOnce() throws IOException {
    Shard shard = run(Referee.Moment.CONNECTED);
    assertThat(shard.tally().deliveries()).isZero();
    assertThat(shard.checked()).isPositive();
    assertThat(times(shard, Latency.DELIVERY).count()).isEqualTo(shard.checked());
    assertThat(times(shard, Latency.ACK).count()).isEqualTo(shard.checked() / MEMBERS);
  }
}
