package dev.parley.server;

import dev.parley.core.topic.Engine;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the server measures of itself, as Prometheus reads it. Thread-safe.
///
/// The JVM's part begins with the first reading: it loads the JVM's management, which a server that
/// nobody measures does without.
final class ServerMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /// Null: nobody has read yet.
  private @Nullable JvmGcMetrics collections;

  private boolean closed;

  /// Where others measure.
  MeterRegistry registry() {
    return registry;
  }

  /// Measures what the engine does.
  void add(Engine engine) {
    gauge("parley.commands.waiting", "Commands that wait for the engine", engine::queued);
    gauge("parley.topics", "Rooms that are in memory", engine::topics);
    FunctionCounter.builder("parley.entries", engine, Engine::journaled)
        .description("Messages and whatever else was stored since the start")
        .register(registry);
  }

  /// Measures what there is of something.
  void gauge(String name, String description, Supplier<Number> count) {
    Gauge.builder(name, count).description(description).register(registry);
  }

  /// All of it, in Prometheus' text format.
  String scrape() {
    measureJvm();
    return registry.scrape();
  }

  private synchronized void measureJvm() {
    if (collections == null && !closed) {
      collections = new JvmGcMetrics();
      collections.bindTo(registry);
      new JvmMemoryMetrics().bindTo(registry);
      new JvmThreadMetrics().bindTo(registry);
      new ProcessorMetrics().bindTo(registry);
      new UptimeMetrics().bindTo(registry);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (collections != null) {
      collections.close();
    }
    registry.close();
  }
}
