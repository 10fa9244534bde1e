package dev.parley.models;

import dev.parley.core.model.ModelEvent.Usage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/// What is measured of questions to models, under the names of OpenTelemetry's semantic conventions
/// for generative AI (`gen_ai.client.…`; in development, as of 2026). Thread-safe.
final class GatewayMetrics {
  /// Names of models come from outside. So many that answered are told apart, and so many that
  /// failed without ever having answered; what is asked of others is counted as of `other`.
  private static final int MAX_MODELS = 200;

  private static final int MAX_SILENT = 50;

  /// Failures of questions about which models there are say nothing.
  private static final Set<String> OF_QUESTION = Set.of("", "not_found", "invalid_request");

  private static final String OTHER = "other";
  private static final double NANOS = 1e9;

  private static final double[] TOKENS =
      DoubleStream.iterate(1, bound -> bound * 4).limit(14).toArray();
  private static final Duration[] SECONDS =
      DoubleStream.iterate(0.01, bound -> bound * 2)
          .limit(14)
          .mapToObj(GatewayMetrics::seconds)
          .toArray(Duration[]::new);
  private static final Duration[] GAPS =
      DoubleStream.of(0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5)
          .mapToObj(GatewayMetrics::seconds)
          .toArray(Duration[]::new);

  private final MeterRegistry registry;
  private final Prices prices;
  private final Set<Route> known = ConcurrentHashMap.newKeySet();
  private final Set<Route> silent = ConcurrentHashMap.newKeySet();

  GatewayMetrics(MeterRegistry registry, Prices prices) {
    this.registry = registry;
    this.prices = prices;
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos(Math.round(seconds * NANOS));
  }

  /// A model is asked.
  Answer begin(ProviderSettings provider, Route route) {
    return new Answer(provider, route);
  }

  /// An answer that is measured. For one thread at a time.
  final class Answer {
    private final ProviderSettings provider;
    private final Route route;
    private final long beganNanos = System.nanoTime();
    private long lastNanos;

    /// Of the time between pieces; null: there has been none.
    private @Nullable Timer gaps;

    private Answer(ProviderSettings provider, Route route) {
      this.provider = provider;
      this.route = route;
    }

    /// A piece has come.
    void piece() {
      long now = System.nanoTime();
      Timer timer = gaps;
      if (timer == null) {
        if (known.size() < MAX_MODELS && provider.kind() != ProviderKind.SIMULATED) {
          known.add(route);
        }
        timer(
                "gen_ai.client.operation.time_to_first_chunk",
                "Time from asking a model to the first piece of its answer",
                SECONDS,
                tags())
            .record(now - beganNanos, TimeUnit.NANOSECONDS);
        gaps =
            timer(
                "gen_ai.client.operation.time_per_output_chunk",
                "Time from one piece of an answer to the next",
                GAPS,
                tags());
      } else {
        timer.record(now - lastNanos, TimeUnit.NANOSECONDS);
      }
      lastNanos = now;
    }

    /// Nothing more comes.
    ///
    /// @param error what went wrong; empty: nothing
    /// @param credential the name of the one that was used
    void ended(String error, Usage usage, String credential) {
      if (!OF_QUESTION.contains(error) && !known.contains(route) && silent.size() < MAX_SILENT) {
        silent.add(route);
      }
      Tags tags = tags();
      timer(
              "gen_ai.client.operation.duration",
              "Time from asking a model to the end of its answer",
              SECONDS,
              tags.and("error.type", error))
          .record(System.nanoTime() - beganNanos, TimeUnit.NANOSECONDS);
      tokens(usage.input(), tags.and("gen_ai.token.type", "input"));
      tokens(usage.output(), tags.and("gen_ai.token.type", "output"));
      long nanos = prices.nanos(route, usage);
      if (nanos >= 0) {
        Counter.builder("parley.model.cost")
            .description("What answers cost, by the price table")
            .tags(tags.and("credential", credential))
            .register(registry)
            .increment((double) nanos / NANOS);
      }
    }

    /// The simulated one answers to any name.
    private String model() {
      if (provider.kind() == ProviderKind.SIMULATED) {
        return provider.kind().text();
      }
      return known.contains(route) || silent.contains(route) ? route.model() : OTHER;
    }

    private Tags tags() {
      return Tags.of(
          Tag.of("gen_ai.operation.name", "chat"),
          Tag.of("gen_ai.provider.name", semantic(provider.kind())),
          Tag.of("gen_ai.request.model", model()),
          Tag.of("parley.provider", provider.name()));
    }
  }

  private void tokens(long count, Tags tags) {
    if (count >= 0) {
      DistributionSummary.builder("gen_ai.client.token.usage")
          .description("Tokens of questions and answers")
          .serviceLevelObjectives(TOKENS)
          .tags(tags)
          .register(registry)
          .record((double) count);
    }
  }

  private Timer timer(String name, String description, Duration[] bounds, Tags tags) {
    return Timer.builder(name)
        .description(description)
        .serviceLevelObjectives(Arrays.copyOf(bounds, bounds.length))
        .tags(tags)
        .register(registry);
  }

  /// The conventions' name of a provider, where they have one.
  private static String semantic(ProviderKind kind) {
    return switch (kind) {
      case AZURE -> "azure.ai.openai";
      case GEMINI -> "gcp.gemini";
      case VERTEX -> "gcp.vertex_ai";
      case MISTRAL -> "mistral_ai";
      case OPENAI, REPLICATE, ANTHROPIC, COHERE, COMPATIBLE, SIMULATED -> kind.text();
    };
  }
}
