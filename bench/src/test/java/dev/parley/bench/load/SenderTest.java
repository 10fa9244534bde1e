package dev.parley.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.LyingServer;
import dev.parley.bench.check.RoomLedger;
import dev.parley.bench.measure.Counts;
import dev.parley.bench.measure.Latency;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

final class SenderTest {
  private static final int BLOCKED_MILLIS = 300;
  private static final int PER_SECOND = 200;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Counts counts = new Counts();
  private final Verdict verdict = new Verdict();

  /// Coordinated omission: who measures only what was sent in time does not see the stop.
  @Test
  void whatASenderWasHeldUpToSendCountsFromWhenItWasDue() throws Exception {
    try (LyingServer server = new LyingServer();
        Lane lane = new Lane(Protocol.NATIVE, counts)) {
      RoomTraffic room = new RoomTraffic(new RoomLedger("den", verdict.violations()));
      Plan plan = Plans.fanout(server.socketAddress(), 1, 1, PER_SECOND);
      Sender sender = new Sender(lane, plan, 0, room, verdict);
      CountDownLatch in = new CountDownLatch(1);
      lane.execute(() -> sender.open(server.socketAddress(), in::countDown));
      assertThat(in.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

      lane.execute(
          () -> {
            sender.sendAtRate(PER_SECOND, 0);
            Pause.millis(BLOCKED_MILLIS);
          });
      int due = BLOCKED_MILLIS * PER_SECOND / 1_000;
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (counts.acknowledged.sum() < due && System.nanoTime() < deadline) {
        Pause.millis(5);
      }

      Histogram acks = lane.call(() -> histogram(lane, Latency.ACK));
      lane.<Boolean>call(
          () -> {
            sender.close();
            return true;
          });
      assertThat(TimeUnit.NANOSECONDS.toMillis(acks.getMaxValue())).isGreaterThanOrEqualTo(250);
      // Those that were due in the first half of the time waited for the other half at least.
      long halfNanos = TimeUnit.MILLISECONDS.toNanos(BLOCKED_MILLIS / 2);
      assertThat(acks.getCountBetweenValues(halfNanos, acks.getHighestTrackableValue()))
          .isGreaterThanOrEqualTo(due / 2);
      assertThat(verdict.violations().first()).isNull();
    }
  }

  private static Histogram histogram(Lane lane, Latency latency) {
    byte[] bytes = Base64.getDecoder().decode(lane.latencies.encoded().get(latency.key()));
    try {
      return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 0);
    } catch (DataFormatException e) {
      throw new AssertionError(e);
    }
  }
}
