package dev.parley.bench.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.stream.IntStream;

/// Plans for tests.
public final class Plans {
  private Plans() {}

  /// One sender to each room, for half a second, without warm-up.
  ///
  /// @param rate messages a second in all
  public static Plan fanout(InetSocketAddress server, int rooms, int members, double rate) {
    return shared(server, rooms, members, rate, 1, 0, 1);
  }

  /// The same in several processes.
  static Plan shared(
      InetSocketAddress server,
      int rooms,
      int members,
      double rate,
      int threads,
      int process,
      int processes) {
    return new Plan(
        Workload.FANOUT,
        Protocol.NATIVE,
        server,
        "test",
        IntStream.range(0, rooms).mapToObj(i -> "room-" + i).toList(),
        members,
        1,
        1,
        rate,
        0,
        100,
        0,
        0,
        0.5,
        Duration.ofMinutes(1),
        threads,
        process,
        processes);
  }
}
