package dev.parley.system;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// What a server answers to health checks.
final class Health {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Health() {}

  /// Waits until the server as a whole has a status.
  static void await(String address, ServingStatus status) {
    ManagedChannel channel = RawStream.channel(address);
    try {
      Await.until(PATIENCE, () -> "health: " + status, () -> ask(channel) == status);
    } finally {
      channel.shutdownNow();
    }
  }

  private static ServingStatus ask(ManagedChannel channel) {
    return HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }
}
