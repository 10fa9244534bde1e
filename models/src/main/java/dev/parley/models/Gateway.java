package dev.parley.models;

import dev.parley.core.model.Model;
import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.model.Prompt;
import dev.parley.models.dialect.AnthropicDialect;
import dev.parley.models.dialect.AzureDialect;
import dev.parley.models.dialect.CohereDialect;
import dev.parley.models.dialect.Dialect;
import dev.parley.models.dialect.GeminiDialect;
import dev.parley.models.dialect.OpenAiDialect;
import dev.parley.models.dialect.ReplicateDialect;
import dev.parley.models.dialect.VertexDialect;
import dev.parley.models.http.Patience;
import dev.parley.models.http.Upstream;
import io.netty.channel.EventLoopGroup;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/// All providers that are configured, behind one door. An answer that fails before anything of it
/// has come is asked for again, at the same model after a delay, then at the next one; afterwards
/// what has come stands, and the failure is told. Thread-safe.
public final class Gateway implements AutoCloseable {
  /// Connections to each provider's host; of HTTP/1.1, each carries one answer at a time.
  private static final int MAX_CONNECTIONS = 4_096;

  /// Questions that wait for a connection.
  private static final int MAX_PENDING = 4_096;

  /// How often one model is asked at most.
  private static final int MAX_TRIES = 3;

  private static final Duration FIRST_DELAY = Duration.ofMillis(250);

  /// A provider that wants to be left alone for longer is.
  private static final Duration MAX_DELAY = Duration.ofSeconds(10);

  private static final String SIMULATED_MODEL = "simulated";

  private final Map<String, ProviderSettings> providers = new TreeMap<>();

  /// Of each provider, with its configured secret.
  private final Map<ProviderSettings, Model> models = new HashMap<>();

  private final EventLoopGroup eventLoops;

  /// The event loops'; not disposed of, which would end them.
  private final Scheduler scheduler;

  private final ConnectionProvider connections;
  private final HttpClient client;
  private final Patience patience;

  /// @param providers each with a name of its own
  /// @param eventLoops threads for everything; not closed by this
  public Gateway(List<ProviderSettings> providers, EventLoopGroup eventLoops, Patience patience) {
    this.eventLoops = eventLoops;
    this.patience = patience;
    scheduler = Schedulers.fromExecutorService(eventLoops);
    connections =
        ConnectionProvider.builder("parley-models")
            .maxConnections(MAX_CONNECTIONS)
            .pendingAcquireMaxCount(MAX_PENDING)
            .pendingAcquireTimeout(patience.connect().multipliedBy(2))
            .maxIdleTime(Duration.ofSeconds(30))
            .build();
    client = HttpClient.create(connections).runOn(eventLoops);
    for (ProviderSettings provider : providers) {
      this.providers.put(provider.name(), provider);
      models.put(provider, with(provider.secret(), provider));
    }
  }

  /// The providers, by name.
  public List<ProviderSettings> providers() {
    return List.copyOf(providers.values());
  }

  /// A provider.
  ///
  /// @throws ModelException `NOT_FOUND`
  public ProviderSettings provider(String name) {
    ProviderSettings provider = providers.get(name);
    if (provider == null) {
      throw new ModelException(
          Kind.NOT_FOUND,
          "there is no provider \"%s\" (expected: one of %s)"
              .formatted(name, String.join(", ", providers.keySet())));
    }
    return provider;
  }

  /// What a question names as `PROVIDER/MODEL`.
  ///
  /// @throws ModelException `INVALID_REQUEST` or `NOT_FOUND`
  public Route route(String text) {
    int slash = text.indexOf('/');
    String name = slash < 0 ? text : text.substring(0, slash);
    String model = slash < 0 ? "" : text.substring(slash + 1);
    ProviderSettings provider = provider(name);
    if (model.isEmpty() && provider.kind() == ProviderKind.SIMULATED) {
      model = SIMULATED_MODEL;
    }
    if (model.isEmpty()) {
      throw new ModelException(
          Kind.INVALID_REQUEST,
          "model \"%s\" names no model (expected: PROVIDER/MODEL)".formatted(text));
    }
    return new Route(name, model);
  }

  /// Asks models in order until one answers.
  ///
  /// @param routes at least one
  /// @param prompt its model does not matter
  /// @param secret credential for the first route's provider; null: the configured one
  /// @param asked told of each model before it is asked
  public Flow.Publisher<ModelEvent> answer(
      List<Route> routes, Prompt prompt, @Nullable String secret, Consumer<Route> asked) {
    return JdkFlowAdapter.publisherToFlowPublisher(
        Flux.defer(() -> new Attempts(routes, prompt, secret, asked).from(0, 1)));
  }

  /// One question on its way through models. For one subscription.
  private final class Attempts {
    private final List<Route> routes;
    private final Prompt prompt;
    private final @Nullable String secret;
    private final Consumer<Route> asked;
    private volatile boolean spoken;

    Attempts(List<Route> routes, Prompt prompt, @Nullable String secret, Consumer<Route> asked) {
      this.routes = List.copyOf(routes);
      this.prompt = prompt;
      this.secret = secret;
      this.asked = asked;
    }

    Flux<ModelEvent> from(int index, int tried) {
      return Flux.defer(() -> ask(routes.get(index)))
          .onErrorResume(
              ModelException.class,
              e -> {
                if (spoken) {
                  return Flux.error(e);
                }
                Duration delay = delay(e, tried);
                if (e.kind().isTransitory() && tried < MAX_TRIES && delay != null) {
                  return Mono.delay(delay, scheduler).thenMany(from(index, tried + 1));
                }
                return index + 1 < routes.size() ? from(index + 1, 1) : Flux.error(e);
              });
    }

    private Flux<ModelEvent> ask(Route route) {
      asked.accept(route);
      boolean own = route.provider().equals(routes.getFirst().provider());
      Model model = model(provider(route.provider()), own ? secret : null);
      List<ModelEvent> held = new ArrayList<>(1);
      return JdkFlowAdapter.flowPublisherToFlux(model.answer(prompt.withModel(route.model())))
          .concatMapDelayError(event -> Flux.fromIterable(release(event, held)), 1);
    }

    /// That an answer has begun is told with its first piece, when it is sure that no other model
    /// will be asked.
    private List<ModelEvent> release(ModelEvent event, List<ModelEvent> held) {
      if (event instanceof ModelEvent.Started) {
        held.add(event);
        return List.of();
      }
      spoken = true;
      if (held.isEmpty()) {
        return List.of(event);
      }
      List<ModelEvent> both = List.of(held.getFirst(), event);
      held.clear();
      return both;
    }
  }

  /// How long to wait before a model is asked again; null: too long. (Exponential backoff with full
  /// jitter; Brooker, "Exponential Backoff And Jitter", 2015.)
  private static @Nullable Duration delay(ModelException e, int tried) {
    Duration wanted = e.retryAfter();
    if (wanted != null) {
      return wanted.compareTo(MAX_DELAY) > 0 ? null : wanted;
    }
    long most = FIRST_DELAY.toNanos() << (tried - 1);
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(most) + 1);
  }

  /// Names of the models that a provider says it has, which verifies a credential too.
  ///
  /// @param secret the credential; null: the configured one
  /// @return fails with a [ModelException]
  public CompletionStage<List<String>> models(ProviderSettings provider, @Nullable String secret) {
    return switch (model(provider, secret)) {
      case Upstream upstream -> upstream.models();
      default -> CompletableFuture.completedFuture(List.of(SIMULATED_MODEL));
    };
  }

  private Model model(ProviderSettings provider, @Nullable String secret) {
    Model kept = secret == null ? models.get(provider) : null;
    return kept == null ? with(secret == null ? provider.secret() : secret, provider) : kept;
  }

  private Model with(String secret, ProviderSettings provider) {
    return provider.kind() == ProviderKind.SIMULATED
        ? new SimulatedModel(pace(provider), eventLoops)
        : new Upstream(client, dialect(provider), provider.baseUrl(), secret, patience, eventLoops);
  }

  private static Duration pace(ProviderSettings provider) {
    String millis = provider.options().get("pace-ms");
    return millis == null ? SimulatedModel.DEFAULT_PACE : Duration.ofMillis(Long.parseLong(millis));
  }

  private static Dialect dialect(ProviderSettings provider) {
    Map<String, String> options = provider.options();
    return switch (provider.kind()) {
      case OPENAI -> new OpenAiDialect(OpenAiDialect.Flavour.OPENAI);
      case MISTRAL -> new OpenAiDialect(OpenAiDialect.Flavour.MISTRAL);
      case COMPATIBLE -> new OpenAiDialect(OpenAiDialect.Flavour.COMPATIBLE);
      case AZURE ->
          new AzureDialect(
              "true".equals(options.get("entra"))
                  ? AzureDialect.Credential.ENTRA
                  : AzureDialect.Credential.API_KEY,
              options.get("api-version"));
      case GEMINI -> new GeminiDialect();
      case VERTEX ->
          new VertexDialect(
              options.getOrDefault("project", ""), options.getOrDefault("location", "global"));
      case ANTHROPIC -> new AnthropicDialect();
      case COHERE -> new CohereDialect();
      case REPLICATE -> new ReplicateDialect(URI.create(provider.baseUrl()));
      case SIMULATED -> throw new IllegalArgumentException(provider + " has no dialect");
    };
  }

  @Override
  public void close() {
    connections.dispose();
  }
}
