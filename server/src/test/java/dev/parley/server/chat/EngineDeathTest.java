package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.core.error.Reason;
import dev.parley.server.Inbox;
import dev.parley.server.ServerException;
import dev.parley.server.ServerExtension;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A server whose engine cannot go on answers, says so to health checks, and ends.
@Timeout(60)
class EngineDeathTest {
  @RegisterExtension final ServerExtension server = new ServerExtension();

  @Test
  void whoWaitsIsAnsweredAndTheServerEnds() {
    Inbox<HealthCheckRequest, HealthCheckResponse, HealthCheckResponse> watch = Inbox.of(List::of);
    HealthGrpc.newStub(server.connect()).watch(HealthCheckRequest.getDefaultInstance(), watch);
    watch.await(response -> response.getStatus() == ServingStatus.SERVING);
    NativeStream alice = NativeStream.joined(server.connect(), "alice");

    server.clock().breakFor("parley-engine");
    assertThat(alice.refused(NativeStream.text("m1", "hello")).getReason())
        .isEqualTo(Reason.INTERNAL.name());
    watch.await(response -> response.getStatus() == ServingStatus.NOT_SERVING);
    alice.inbox().end();
    assertThatThrownBy(server::await)
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("engine failed")
        .hasCauseInstanceOf(InternalError.class);
  }
}
