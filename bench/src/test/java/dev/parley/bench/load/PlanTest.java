package dev.parley.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.measure.Counts;
import io.grpc.ManagedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PlanTest {
  private static final InetSocketAddress NOWHERE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1", "7, 1, 1, 7", "100, 1, 1, 100", "101, 1, 1, 100", "250, 2, 1, 200",
    "150, 2, 1, 150", "3, 2, 4, 3", "650, 2, 3, 600", "333, 2, 2, 333", "401, 2, 2, 400"
  })
  void countsTheConnectionsOfSenders(int senders, int threads, int processes, int connections) {
    int made = 0;
    for (int process = 0; process < processes; process++) {
      Plan plan = Plans.shared(NOWHERE, senders, 1, 1, threads, process, processes);
      assertThat(plan.senderConnections()).isEqualTo(connections);
      made += made(plan);
    }
    assertThat(made).isEqualTo(connections);
  }

  /// Connections that one process makes for its senders.
  private static int made(Plan plan) {
    Set<ManagedChannel> made = new HashSet<>();
    try (Population population = new Population(plan, new Counts(), new Verdict())) {
      population.senders().forEach(sender -> made.add(sender.lane().connectSender(NOWHERE)));
      made.forEach(ManagedChannel::shutdownNow);
    }
    return made.size();
  }
}
