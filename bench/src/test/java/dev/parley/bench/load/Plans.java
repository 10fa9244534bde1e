package dev.parley.bench.load;

import dev.parley.bench.LyingServer;
import java.time.Duration;
import java.util.List;

/// Plans for tests.
final class Plans {
  private Plans() {}

  /// One sender to a room of three, for half a second, without warm-up.
  static Plan fanout(LyingServer server, double rate) {
    return new Plan(
        Workload.FANOUT,
        Protocol.NATIVE,
        server.socketAddress(),
        "test",
        List.of("den"),
        3,
        1,
        1,
        rate,
        0,
        100,
        0,
        0,
        0.5,
        Duration.ofMinutes(1),
        1,
        0,
        1);
  }
}
