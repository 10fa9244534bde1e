package dev.parley.server;

import dev.parley.core.error.Refusal;
import dev.parley.core.topic.Engine;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Health, as gRPC (`grpc.health.v1.Health`) and HTTP tell it, as the engine's state has it: the
/// server as a whole, and each service, is NOT_SERVING while nothing can be stored, and when it
/// stops.
final class HealthWatch {
  private static final Logger LOG = LoggerFactory.getLogger(HealthWatch.class);

  private final Engine engine;
  private final List<String> services;
  private final HealthStatusManager manager = new HealthStatusManager();
  private volatile boolean stopping;
  private @Nullable Refusal told;

  /// @param services names of the services that depend on the engine
  HealthWatch(Engine engine, List<String> services) {
    this.engine = engine;
    this.services = List.copyOf(services);
    services.forEach(service -> manager.setStatus(service, ServingStatus.SERVING));
  }

  BindableService service() {
    return manager.getHealthService();
  }

  /// Compares what was told with what is. On one thread.
  void check() {
    Refusal failure = engine.failure();
    if ((failure == null) == (told == null)) {
      return;
    }
    told = failure;
    ServingStatus status = failure == null ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    manager.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    services.forEach(service -> manager.setStatus(service, status));
    // the engine has told the operator why
    LOG.debug("health: {}", status);
  }

  /// Why the server does not serve; null: it does. Any thread.
  @Nullable String notServing() {
    Refusal failure = engine.failure();
    if (stopping) {
      return "the server stops";
    }
    return failure == null ? null : failure.message();
  }

  void stopping() {
    stopping = true;
    manager.enterTerminalState();
  }
}
