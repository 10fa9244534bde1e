package dev.parley.core.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Whoever changes a default says so here too.
final class LimitsTest {
  @Test
  void defaultsAreThese() {
    assertThat(Limits.Tunable.defaults())
        .isEqualTo(
            new Limits.Tunable(
                /* maxFrameBytes= */ 1_048_576,
                /* maxMetadataBytes= */ 16_384,
                /* maxRoomsPerStream= */ 1_000,
                /* maxInFlight= */ 64,
                /* maxStreamsPerConnection= */ 1_000,
                /* maxQueuedCommands= */ 65_536,
                /* maxBatchCommands= */ 2_048,
                /* maxBatchBytes= */ 4_194_304,
                /* maxTailEntries= */ 4_096,
                /* maxTailBytes= */ 1_048_576,
                /* maxTailBytesInAll= */ 67_108_864,
                /* maxIdleTopics= */ 1_000,
                /* snapshotEvery= */ 256,
                /* presenceGrace= */ Duration.ofSeconds(10),
                /* presenceInterval= */ Duration.ofMillis(250),
                /* pingInterval= */ Duration.ofSeconds(25),
                /* pingTimeout= */ Duration.ofSeconds(10),
                /* stallTimeout= */ Duration.ofMinutes(5),
                /* joinWait= */ Duration.ofSeconds(3)));
  }
}
