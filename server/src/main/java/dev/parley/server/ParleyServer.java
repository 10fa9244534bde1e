package dev.parley.server;

import dev.parley.core.access.Caller;
import dev.parley.core.access.OpenAuthenticator;
import dev.parley.core.error.Refusal;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.room.RoomState;
import dev.parley.core.session.SessionRules;
import dev.parley.core.time.Clock;
import dev.parley.core.topic.Engine;
import dev.parley.core.topic.Kinds;
import dev.parley.core.topic.Outcome;
import dev.parley.core.user.Profile;
import dev.parley.models.Allowances;
import dev.parley.models.Gateway;
import dev.parley.server.assistant.Assistants;
import dev.parley.server.assistant.LastStop;
import dev.parley.server.chat.ChatContext;
import dev.parley.server.chat.ChatServices;
import dev.parley.server.chat.OpenStreams;
import dev.parley.server.chat.RoomCodec;
import dev.parley.server.config.AssistantSettings;
import dev.parley.server.config.ServerConfig;
import dev.parley.server.config.Setting;
import dev.parley.server.delivery.DeliveryLoop;
import dev.parley.server.delivery.ReadLanes;
import dev.parley.server.http.HttpPort;
import dev.parley.server.model.KnownModels;
import dev.parley.server.model.ModelServices;
import dev.parley.server.rpc.CallEnds;
import dev.parley.server.rpc.CallTurns;
import dev.parley.server.rpc.Calls;
import dev.parley.server.session.Answers;
import dev.parley.server.session.SessionCodec;
import dev.parley.server.session.SessionServices;
import dev.parley.server.stream.StreamGroup;
import dev.parley.storage.sqlite.SqliteStore;
import dev.parley.storage.sqlite.StorageLimits;
import dev.parley.storage.sqlite.StorageOpenException;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running server.
///
/// It starts from the inside out — storage, engine, rooms, then the ports — so that it answers only
/// when it can keep its word, and stops from the outside in, so that everything it acknowledged is
/// on disk when it is gone.
public final class ParleyServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ParleyServer.class);
  private static final Profile SYSTEM = new Profile("parley", "parley", "Parley", "");
  private static final Caller OPERATOR =
      new Caller(SYSTEM, Set.of(Caller.Right.CREATE_ROOMS, Caller.Right.ADMINISTER));

  /// How long the last pieces of answers may take to be stored when the server stops.
  private static final Duration MAX_STORING = Duration.ofSeconds(1);

  private final ServerConfig config;
  private final SqliteStore store;
  private final Engine engine;
  private final ReadLanes reads;
  private final EventLoops eventLoops;
  private final List<StreamGroup> groups;
  private final Gateway gateway;
  private final ModelServices models;
  private final ServerMetrics metrics;
  private final Answers answers;
  private final Assistants assistants;
  private final HealthWatch health;
  private final Server port;
  private final @Nullable HttpPort http;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CountDownLatch stopped = new CountDownLatch(1);

  private ParleyServer(
      ServerConfig config,
      SqliteStore store,
      Engine engine,
      ReadLanes reads,
      EventLoops eventLoops,
      List<StreamGroup> groups,
      Gateway gateway,
      ModelServices models,
      ServerMetrics metrics,
      Answers answers,
      Assistants assistants,
      HealthWatch health,
      Server port,
      @Nullable HttpPort http) {
    this.config = config;
    this.store = store;
    this.engine = engine;
    this.reads = reads;
    this.eventLoops = eventLoops;
    this.groups = groups;
    this.gateway = gateway;
    this.models = models;
    this.metrics = metrics;
    this.answers = answers;
    this.assistants = assistants;
    this.health = health;
    this.port = port;
    this.http = http;
  }

  /// Starts a server.
  ///
  /// @throws ServerException if the data directory cannot be used, or an address not be listened
  ///     on
  public static ParleyServer start(ServerConfig config, String version) throws ServerException {
    return start(config, version, Clock.system());
  }

  /// As [#start(ServerConfig, String)], with another clock for everything but sockets.
  static ParleyServer start(ServerConfig config, String version, Clock clock)
      throws ServerException {
    probe(config.listen(), Setting.LISTEN);
    if (config.http() != null) {
      probe(config.http(), Setting.HTTP);
    }
    SqliteStore store = open(config);
    Kinds kinds =
        new Kinds()
            .with(new RoomRules(), new RoomCodec())
            .with(new SessionRules(), new SessionCodec());
    Engine engine = new Engine(kinds, store.journal(), clock, config.limits());
    engine.start();
    makeRoom(engine, "general", "General", "General discussion");
    makeRoom(engine, "random", "Random", "Random chat");

    ReadLanes reads = ReadLanes.of(store.reader());
    EventLoops eventLoops = EventLoops.open();
    Connections connections = new Connections(config.maxConnections());
    List<StreamGroup> groups = new ArrayList<>();
    for (EventLoop eventLoop : eventLoops.all()) {
      groups.add(
          new StreamGroup(
              eventLoop, new DeliveryLoop(eventLoop, reads.streams(), clock, config.limits())));
    }
    Set<String> names =
        config.assistants().stream().map(AssistantSettings::name).collect(Collectors.toSet());
    Calls calls = new Calls(new OpenAuthenticator(names));
    ServerMetrics metrics = new ServerMetrics();
    Gateway gateway =
        new Gateway(
            config.providers(),
            config.prices(),
            eventLoops.workers(),
            metrics.registry(),
            Runtime.getRuntime().maxMemory() / Limits.QUESTIONS_PART_OF_MEMORY);
    Allowances users = new Allowances(config.userQuota());
    Assistants assistants =
        new Assistants(
            config.assistants(),
            new Assistants.Work(
                engine,
                gateway,
                reads.calls(),
                new RoomCodec(),
                eventLoops.workers(),
                users,
                LastStop.in(config.data()),
                clock));
    ChatContext context =
        new ChatContext(
            engine,
            reads,
            calls,
            new OpenStreams(),
            new OpenStreams(),
            assistants,
            clock,
            config.limits(),
            version);
    List<ServerServiceDefinition> services =
        new ArrayList<>(new ChatServices(context, groups).all());
    KnownModels known = new KnownModels(gateway, clock, eventLoops.workers());
    ModelServices models =
        new ModelServices(
            gateway, known, calls, config.limits(), users, config.streamTokensPerMinute());
    services.addAll(models.all());
    SessionServices sessions =
        new SessionServices(
            engine,
            reads,
            calls,
            gateway,
            eventLoops.workers(),
            users,
            config.assistantModel(),
            config.contextTokens(),
            clock,
            config.limits(),
            groups);
    services.addAll(sessions.all());
    HealthWatch health =
        new HealthWatch(
            engine, services.stream().map(s -> s.getServiceDescriptor().getName()).toList());
    CallTurns turns =
        new CallTurns(conversations(), clock, config.limits().stallTimeout(), connections::close);
    CallEnds ends = new CallEnds(clock, config.limits().stallTimeout(), connections::close);
    Server port =
        Port.open(config, eventLoops, calls, connections, turns, ends, services, health, clock);
    HttpPort http =
        http(
            config, eventLoops, connections, gateway, known, users, health, metrics::scrape, clock);
    metrics.add(engine);
    metrics.gauge("parley.connections", "Connections, of both ports", connections::count);
    metrics.gauge("parley.chat.streams", "Streams of chat", () -> size(groups));
    metrics.gauge("parley.model.calls", "Streams and calls that ask models", models::open);
    metrics.gauge(
        "parley.session.answers",
        "Sessions that models are answering in",
        sessions.answers()::size);
    metrics.gauge(
        "parley.room.answers", "Answers that assistants are writing in rooms", assistants::size);
    if (http != null) {
      metrics.gauge("parley.http.requests", "Requests of HTTP under way", http::underWay);
    }
    ParleyServer server =
        new ParleyServer(
            config,
            store,
            engine,
            reads,
            eventLoops,
            groups,
            gateway,
            models,
            metrics,
            sessions.answers(),
            assistants,
            health,
            port,
            http);
    assistants.begin();
    try {
      port.start();
    } catch (IOException e) {
      server.close();
      throw cannotListen(config.listen(), Setting.LISTEN, e);
    }
    if (http != null) {
      try {
        http.start();
      } catch (IOException e) {
        server.close();
        throw cannotListen(http.address(), Setting.HTTP, e);
      }
    }
    eventLoops.everySecond(
        () -> {
          groups.forEach(StreamGroup::tick);
          models.endStalled(clock.nanos());
          turns.cutOffStalled();
          ends.cutOffUntaken();
          health.check();
          server.endIfDead();
        });
    LOG.info(
        "Parley listens on {}{}, data in {}",
        ServerConfig.text(server.address()),
        http == null ? "" : ", http://%s/v1".formatted(ServerConfig.text(http.address())),
        config.data());
    return server;
  }

  private static @Nullable HttpPort http(
      ServerConfig config,
      EventLoops eventLoops,
      Connections connections,
      Gateway gateway,
      KnownModels known,
      Allowances users,
      HealthWatch health,
      Supplier<String> metrics,
      Clock clock) {
    InetSocketAddress address = config.http();
    return address == null
        ? null
        : new HttpPort(
            address,
            eventLoops.acceptor(),
            eventLoops.workers(),
            connections.limiting(eventLoops.channelFactory()),
            gateway,
            known,
            users,
            health::notServing,
            metrics,
            clock,
            config.limits());
  }

  private static int size(List<StreamGroup> groups) {
    return groups.stream().mapToInt(StreamGroup::size).sum();
  }

  private static Set<String> conversations() {
    Set<String> all = new HashSet<>(ChatServices.CONVERSATIONS);
    all.addAll(ModelServices.CONVERSATIONS);
    all.addAll(SessionServices.CONVERSATIONS);
    return all;
  }

  /// Whether an address is free is known before any data is touched. The port itself opens last,
  /// so another program may still be faster; then that is told later.
  private static void probe(InetSocketAddress address, Setting setting) throws ServerException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
    } catch (IOException e) {
      throw cannotListen(address, setting, e);
    }
  }

  private static SqliteStore open(ServerConfig config) throws ServerException {
    try {
      return SqliteStore.open(
          config.data(),
          config.durability(),
          StorageLimits.DEFAULTS.withMaxFileBytes(config.maxStoreBytes()));
    } catch (StorageOpenException e) {
      throw new ServerException(e);
    }
  }

  private static ServerException cannotListen(
      InetSocketAddress address, Setting setting, IOException e) {
    Throwable deepest = e;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return new ServerException(
        "cannot listen on %s: %s (is another server running? choose another address with --%s)"
            .formatted(ServerConfig.text(address), deepest.getMessage(), setting.key()),
        e);
  }

  /// A default room; that it could not be made (a full disk) is no reason not to start.
  private static void makeRoom(Engine engine, String id, String name, String description) {
    CompletableFuture<Outcome> made = new CompletableFuture<>();
    engine.submit(
        RoomRules.topic(id),
        new RoomCommand.Create(
            OPERATOR, name, description, RoomState.Visibility.PUBLIC, List.of(), true),
        made::complete);
    if (made.join() instanceof Outcome.Refused refused) {
      Refusal refusal = refused.refusal();
      LOG.warn("room {} could not be made: {} {}", id, refusal.reason(), refusal.message());
    }
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return port.getPort() < 0
        ? config.listen()
        : new InetSocketAddress(config.listen().getAddress(), port.getPort());
  }

  /// Where HTTP is served; null: nowhere.
  public @Nullable InetSocketAddress httpAddress() {
    return http == null ? null : http.address();
  }

  /// Waits until [#close] has been called and is done.
  ///
  /// @throws ServerException if the server ended by itself, because it could not go on
  public void await() throws InterruptedException, ServerException {
    stopped.await();
    Throwable death = engine.death();
    if (death != null) {
      throw new ServerException(
          "the server has stopped: its engine failed: %s (the log tells where; start it again)"
              .formatted(death),
          death);
    }
  }

  /// A server whose engine is dead refuses everything: whoever watches the process is to notice.
  private void endIfDead() {
    if (engine.death() != null && !closed.get()) {
      Thread.ofPlatform().name("parley-stop").start(this::close);
    }
  }

  /// Stops: says so to health checks and streams, lets streams end, then closes the port, the
  /// engine and the store. Takes as long as the streams do, at most as configured for draining,
  /// and a few seconds at most for the rest. Only the first call does something.
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      stop();
    } finally {
      stopped.countDown();
    }
  }

  private void stop() {
    Duration grace = config.drainGrace();
    health.stopping();
    drain(grace);
    groups.forEach(StreamGroup::end);
    models.end();
    endAnswers();
    port.shutdown();
    if (http != null) {
      http.close();
    }
    terminate();
    reads.close();
    assistants.close();
    engine.close();
    gateway.close();
    metrics.close();
    eventLoops.close(); // after those who answer on them
    store.close();
    LOG.info("stopped");
  }

  /// What models have answered by now is stored, with the mark that it is not all.
  private void endAnswers() {
    try {
      CompletableFuture.allOf(answers.end(), assistants.end())
          .get(MAX_STORING.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      LOG.warn("answers could not be marked as interrupted; sessions will be when asked for");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void terminate() {
    try {
      if (!port.awaitTermination(3, TimeUnit.SECONDS)) {
        port.shutdownNow().awaitTermination(2, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      port.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /// Waits for the streams, and the answers over HTTP, to end.
  private void drain(Duration grace) {
    List<CompletableFuture<Void>> drained = new ArrayList<>();
    groups.forEach(group -> drained.add(group.drain(grace)));
    drained.add(models.drain(grace));
    drained.add(answers.drain());
    drained.add(assistants.drain());
    if (http != null) {
      drained.add(http.drain());
    }
    LOG.info("stopping: streams have {} to end", ServerConfig.text(grace));
    try {
      CompletableFuture.allOf(drained.toArray(CompletableFuture<?>[]::new))
          .get(grace.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      LOG.debug("the streams that are left are ended");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
