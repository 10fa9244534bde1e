package dev.parley.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.measure.Work;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class NatsLoadTest {
  private FakeNats broker;

  @BeforeEach
  void start() throws IOException {
    broker = new FakeNats();
  }

  @AfterEach
  void stop() throws IOException {
    broker.close();
  }

  private long delivered(Work work, double seconds) throws IOException {
    try (NatsLoad load = NatsLoad.connect(broker.address(), work)) {
      load.run(seconds);
      return load.delivered();
    }
  }

  @Test
  void theWindowIsRefilledAsMessagesArrive() throws IOException {
    // 4 connections of 2 streams in 2 rooms: 4 members each; far more than one window of messages
    Work work = new Work(4, 2, 2, 100, 20, 0, 3, 1);
    assertThat(delivered(work, 0.5)).isGreaterThan(2 * 4 * 3);
  }

  @Test
  void noMoreThanTheRateIsPublished() throws IOException {
    Work work = new Work(4, 2, 2, 100, 20, 400, 3, 1);
    assertThat(delivered(work, 0.5)).isBetween(4L, 220L);
  }
}
