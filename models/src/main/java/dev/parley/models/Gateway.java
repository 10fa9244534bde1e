package dev.parley.models;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.model.Model;
import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.Usage;
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
import dev.parley.models.http.GoogleSecret;
import dev.parley.models.http.LocalClients;
import dev.parley.models.http.Secret;
import dev.parley.models.http.Upstream;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import java.io.File;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.Http2AllocationStrategy;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.tcp.SslProvider;

/// All providers that are configured, behind one door. An answer that fails before anything of it
/// has come is asked for again, at the same model after a delay, then at the next one; afterwards
/// what has come stands, and the failure is told. Thread-safe.
public final class Gateway implements AutoCloseable {
  /// Connections of each event loop to a provider's host; of HTTP/1.1, each carries one answer at a
  /// time.
  static final int MAX_CONNECTIONS = 4_096;

  /// Questions that wait for a connection.
  private static final int MAX_PENDING = 4_096;

  /// Of a model as questions name it.
  private static final int MAX_NAME_CHARS = 256;

  private static final String SIMULATED_MODEL = "simulated";

  private static final Duration PENDING = Duration.ofSeconds(10);
  private static final Duration MAX_IDLE = Duration.ofSeconds(30);

  /// How often within that time connections that are idle for longer are looked for. Without it the
  /// next question would close them all before it is asked.
  private static final int IDLE_CHECKS = 6;

  private final Map<String, Provider> providers = new TreeMap<>();
  private final EventLoopGroup eventLoops;

  /// The event loops'; not disposed of, which would end them.
  private final Scheduler scheduler;

  private final ConnectionProvider connections;
  private final Prices prices;
  private final GatewayMetrics metrics;

  /// For prompts ([PromptBytes]), which are held until they are answered.
  private final MemoryBudget prompts;

  /// For what has come of answers and nobody has taken. Apart from that for prompts: unread answers
  /// keep nobody from asking.
  private final MemoryBudget answers;

  /// @param providers each with a name of its own
  /// @param eventLoops threads for everything; not closed by this
  /// @param registry gets what is measured
  /// @param memoryBytes for questions under way, and what is held of their answers, half each
  public Gateway(
      List<ProviderSettings> providers,
      Prices prices,
      EventLoopGroup eventLoops,
      MeterRegistry registry,
      long memoryBytes) {
    this(providers, prices, eventLoops, registry, memoryBytes, Clock.systemUTC(), MAX_IDLE);
  }

  Gateway(
      List<ProviderSettings> providers,
      Prices prices,
      EventLoopGroup eventLoops,
      MeterRegistry registry,
      long memoryBytes,
      Clock clock,
      Duration maxIdle) {
    this.eventLoops = eventLoops;
    this.prices = prices;
    prompts = new MemoryBudget(memoryBytes);
    answers = new MemoryBudget(memoryBytes - prompts.maxFirstBytes());
    metrics = new GatewayMetrics(registry, prices);
    scheduler = Schedulers.fromExecutorService(eventLoops);
    connections =
        ConnectionProvider.builder("parley-models")
            .allocationStrategy(
                Http2AllocationStrategy.builder()
                    .maxConnections(MAX_CONNECTIONS)
                    .strictConnectionReuse(true) // of HTTP/2: a stream more, not a connection
                    .build())
            .pendingAcquireMaxCount(MAX_PENDING)
            .pendingAcquireTimeout(PENDING)
            .maxIdleTime(maxIdle)
            .lifo() // so that what a burst has left over falls idle
            .evictInBackground(maxIdle.dividedBy(IDLE_CHECKS))
            .build();
    LocalClients clients = new LocalClients(HttpClient.create(connections), eventLoops);
    for (ProviderSettings settings : providers) {
      Function<Secret, Model> asking = asking(settings, clients);
      this.providers.put(
          settings.name(),
          new Provider(
              settings,
              asking,
              credential -> secret(settings, credential),
              clock,
              TimeMeter.SYSTEM_NANOTIME));
    }
  }

  /// The providers, by name.
  public List<ProviderSettings> providers() {
    return providers.values().stream().map(Provider::settings).toList();
  }

  /// A provider.
  ///
  /// @throws ModelException `NOT_FOUND`
  public ProviderSettings provider(String name) {
    return atWork(name).settings();
  }

  private Provider atWork(String name) {
    Provider provider = providers.get(name);
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
    if (text.length() > MAX_NAME_CHARS) {
      throw new ModelException(
          Kind.INVALID_REQUEST,
          "the name of the model has %d characters (expected: at most %d)"
              .formatted(text.length(), MAX_NAME_CHARS));
    }
    if (slash < 0 && !providers.containsKey(name)) {
      throw new ModelException(
          Kind.NOT_FOUND,
          "model \"%s\" names no provider (expected: PROVIDER/MODEL, for example %s; there are %s)"
              .formatted(text, example(text), String.join(", ", providers.keySet())));
    }
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

  /// The name with a provider that may be meant: the first that is not simulated, if there is one.
  private String example(String model) {
    return providers.values().stream()
            .map(Provider::settings)
            .filter(provider -> provider.kind() != ProviderKind.SIMULATED)
            .map(ProviderSettings::name)
            .findFirst()
            .orElse(SIMULATED_MODEL)
        + "/"
        + model;
  }

  /// Asks models in order until one answers.
  ///
  /// @param asked told of each model before it is asked
  public Flow.Publisher<ModelEvent> answer(Ask ask, Consumer<Route> asked) {
    return JdkFlowAdapter.publisherToFlowPublisher(
        Flux.defer(
            () -> {
              List<Allowance> entered = entered(ask.allowances());
              MemoryBudget.Share held;
              try {
                held = held(ask.prompt());
              } catch (ModelException e) {
                entered.forEach(allowance -> allowance.leave(0));
                throw e;
              }
              AtomicBoolean left = new AtomicBoolean();
              Attempts attempts = new Attempts(this::atWork, ask, asked, metrics, scheduler);
              Runnable leave =
                  () -> {
                    if (left.compareAndSet(false, true)) {
                      held.close();
                      long tokens = attempts.tokens();
                      entered.forEach(allowance -> allowance.leave(tokens));
                    }
                  };
              return Flux.defer(attempts::answer)
                  .doOnNext(event -> leaveAtTheEnd(event, leave))
                  .doOnError(_ -> leave.run())
                  .doFinally(_ -> leave.run());
            }));
  }

  private MemoryBudget.Share held(Prompt prompt) {
    long bytes = PromptBytes.of(prompt);
    if (bytes > prompts.maxFirstBytes()) {
      throw new ModelException(
          Kind.INVALID_REQUEST,
          "the question takes %d KiB of memory (expected: at most %d, or a server with more)"
              .formatted(bytes >> 10, prompts.maxFirstBytes() >> 10));
    }
    MemoryBudget.Share held = prompts.begin(bytes);
    if (held == null) {
      throw new ModelException(
          Kind.BUSY,
          "questions fill the %d KiB of memory that is for them (expected: the same again later)"
              .formatted(prompts.maxFirstBytes() >> 10),
          Duration.ofSeconds(1),
          null);
    }
    return held;
  }

  /// Where those who keep answers, such as to give them whole, have what these take counted.
  public MemoryBudget memory() {
    return answers;
  }

  /// Before the end is told, so that nobody is let in before he is charged.
  private static void leaveAtTheEnd(ModelEvent event, Runnable leave) {
    if (event instanceof ModelEvent.Finished) {
      leave.run();
    }
  }

  private static List<Allowance> entered(List<Allowance> allowances) {
    List<Allowance> entered = new ArrayList<>(allowances.size());
    try {
      for (Allowance allowance : allowances) {
        allowance.enter();
        entered.add(allowance);
      }
      return entered;
    } catch (ModelException e) {
      entered.forEach(allowance -> allowance.leave(0));
      throw e;
    }
  }

  /// What an answer cost, by the price table.
  ///
  /// @return billionths of the unit of money; -1: nobody knows
  public long costNanos(Route route, Usage usage) {
    return prices.nanos(route, usage);
  }

  /// Names of the models that a provider says it has, which verifies a credential too; of any, that
  /// one works.
  ///
  /// @param allowances whose it uses up, as a question of no tokens does
  /// @return fails with a [ModelException]
  public CompletionStage<List<String>> models(
      String provider, Credential.Choice credential, List<Allowance> allowances) {
    try {
      List<Provider.Key> keys = atWork(provider).keys(credential);
      List<Allowance> used = new ArrayList<>(allowances);
      if (credential instanceof Credential.Choice.Own) {
        used.add(keys.getFirst().allowance());
      }
      List<Allowance> entered = entered(used);
      CompletionStage<List<String>> models = models(keys.getFirst());
      for (Provider.Key other : keys.subList(1, keys.size())) {
        models = models.exceptionallyCompose(_ -> models(other));
      }
      return models.whenComplete((_, _) -> entered.forEach(allowance -> allowance.leave(0)));
    } catch (ModelException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static CompletionStage<List<String>> models(Provider.Key key) {
    return switch (key.model()) {
      case Upstream upstream -> upstream.models();
      default -> CompletableFuture.completedFuture(List.of(SIMULATED_MODEL));
    };
  }

  private Function<Secret, Model> asking(ProviderSettings settings, LocalClients clients) {
    if (settings.kind() == ProviderKind.SIMULATED) {
      return _ -> new SimulatedModel(pace(settings), eventLoops::next);
    }
    LocalClients secured = clients.with(client -> secured(settings, client));
    Dialect dialect = dialect(settings);
    return secret ->
        new Upstream(secured, dialect, settings.baseUrl(), secret, settings.patience(), answers);
  }

  /// HTTP/2 where the provider offers it, which only those behind TLS can.
  private static HttpClient secured(ProviderSettings settings, HttpClient client) {
    if (!settings.baseUrl().startsWith("https:")) {
      return client;
    }
    HttpClient secured = client.protocol(HttpProtocol.H2, HttpProtocol.HTTP11);
    String authorities = settings.options().get("ca");
    if (authorities == null) {
      return secured;
    }
    File trusted = new File(authorities);
    SslProvider.GenericSslContextSpec<?> authenticated =
        Http2SslContextSpec.forClient().configure(context -> context.trustManager(trusted));
    return secured.secure(tls -> tls.sslContext(authenticated));
  }

  private static Secret secret(ProviderSettings settings, Credential credential) {
    String account = settings.options().get("service-account");
    return account == null ? Secret.of(credential.secret()) : new GoogleSecret(account);
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
              options.getOrDefault("project", ""),
              options.getOrDefault("location", VertexDialect.GLOBAL));
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
