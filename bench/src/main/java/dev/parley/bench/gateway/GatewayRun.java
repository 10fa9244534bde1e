package dev.parley.bench.gateway;

import dev.parley.bench.check.Faults;
import dev.parley.bench.load.Pause;
import dev.parley.bench.measure.ProcessMeter;
import dev.parley.bench.measure.ProcessMeter.Usage;
import dev.parley.bench.measure.Quantiles;
import dev.parley.bench.provider.FakeProvider;
import dev.parley.bench.provider.Script;
import dev.parley.bench.report.StatusLine;
import dev.parley.bench.wire.Sockets;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One run: all lanes in turns, so that each meets the same machine, then the disturbances. Used
/// once, by one thread, which waits; what it starts lives on one event loop.
final class GatewayRun implements AutoCloseable {
  /// Turns of each lane.
  private static final int ROUNDS = 2;

  private static final double POLL_SECONDS = 0.02;
  private static final double SETTLE_SECONDS = 30;
  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;

  private final GatewayOptions options;
  private final FakeProvider provider;
  private final @Nullable InetSocketAddress server;
  private final @Nullable InetSocketAddress http;
  private final @Nullable Long pid;
  private final ProcessMeter generator = new ProcessMeter(ProcessHandle.current().pid());
  private final Pause pause;
  private final StatusLine status;
  private final Script script;
  private final MultiThreadIoEventLoopGroup group = Sockets.eventLoop();
  private final EventLoop loop = group.next();
  private final AtomicInteger questions = new AtomicInteger();
  private final Faults faults = new Faults();
  private final Map<LaneKind, Turns> turns = new LinkedHashMap<>();

  /// What one lane has come to so far.
  private static final class Turns {
    final Load load;
    double seconds;
    double cpuSeconds;
    int connections;
    @Nullable Usage last;

    Turns(Load load) {
      this.load = load;
    }
  }

  /// @param server Parley; null: none
  /// @param http its port for OpenAI's protocol; null: none
  /// @param pid its process; null: unknown
  GatewayRun(
      GatewayOptions options,
      FakeProvider provider,
      @Nullable InetSocketAddress server,
      @Nullable InetSocketAddress http,
      @Nullable Long pid,
      Pause pause,
      StatusLine status) {
    this.options = options;
    this.provider = provider;
    this.server = server;
    this.http = http;
    this.pause = pause;
    this.status = status;
    this.pid = pid;
    script = options.script();
  }

  /// Measures.
  GatewayReport run() {
    Set<LaneKind> lanes = options.lanes();
    for (LaneKind lane : lanes) {
      turns.put(lane, new Turns(load(lane)));
    }
    Usage begin = generator.usage();
    for (int round = 1; round <= ROUNDS; round++) {
      for (Map.Entry<LaneKind, Turns> turn : turns.entrySet()) {
        take(turn.getKey(), turn.getValue(), round);
      }
    }
    turns.values().forEach(turn -> onLoop(() -> turn.load.asker().close()));
    Usage end = generator.usage();
    Map<String, Map<String, GatewayReport.Gone>> gone = new LinkedHashMap<>();
    Map<String, Map<String, GatewayReport.Failure>> failures = new LinkedHashMap<>();
    if (faults.count() == 0) {
      disturb(lanes, gone, failures);
      if (!await(patienceSeconds(), () -> provider.journal().open() == 0) && !pause.isCut()) {
        faults.add(
            "%d answers are still open at the provider, though nobody wants them"
                .formatted(provider.journal().open()));
      }
    }
    return new GatewayReport(
        new GatewayReport.Load(
            options.streams,
            Math.max(options.streams, options.warmupStreams),
            script.deltas(),
            script.paceNanos() / 1e6),
        pause.isCut(),
        laneReports(),
        gone,
        failures,
        begin == null || end == null ? 0 : end.cpuSeconds() - begin.cpuSeconds(),
        new GatewayReport.Check(faults.count() == 0, faults.count(), faults.first()));
  }

  private Load load(LaneKind lane) {
    return new Load(
        lane,
        asker(lane, options.perStream),
        options.model(lane),
        script,
        loop,
        questions::incrementAndGet,
        faults);
  }

  private Asker asker(LaneKind lane, int perStream) {
    return switch (lane) {
      case DIRECT -> new HttpAsker(loop, base(provider.address()), Map.of());
      case GRPC -> new GrpcAsker(loop, there(lane, server), perStream);
      case HTTP -> new HttpAsker(loop, base(there(lane, http)), Map.of());
      case THROUGH -> new HttpAsker(loop, there(lane, options.throughUrl()), options.headerMap());
    };
  }

  private static <T> T there(LaneKind lane, @Nullable T address) {
    if (address == null) {
      throw new IllegalStateException("the lane %s without an address".formatted(lane));
    }
    return address;
  }

  private static URI base(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return URI.create(
        "http://%s:%d/v1"
            .formatted(host.contains(":") ? "[" + host + "]" : host, address.getPort()));
  }

  /// One lane's turn: as many answers at once as there are to be, then some of the measured time.
  private void take(LaneKind lane, Turns turn, int round) {
    if (pause.isCut() || faults.count() > 0) {
      return;
    }
    status.show("%s: warming up, turn %d of %d".formatted(lane, round, ROUNDS));
    double answerSeconds = script.answerNanos() / NANOS;
    double warmup = round == 1 ? options.warmup : 0;
    if (warmup > 0 && options.warmupStreams > options.streams) {
      onLoop(() -> turn.load.start(options.warmupStreams));
      pause.seconds(warmup);
      settle(lane, turn);
      warmup = 0;
    }
    onLoop(() -> turn.load.start(options.streams));
    pause.seconds(Math.max(warmup, answerSeconds));
    status.show("%s: measuring, turn %d of %d".formatted(lane, round, ROUNDS));
    Usage before = usage(lane);
    long beginNanos = System.nanoTime();
    onLoop(() -> turn.load.measure(true));
    pause.seconds(options.seconds / ROUNDS);
    onLoop(() -> turn.load.measure(false));
    turn.seconds += (System.nanoTime() - beginNanos) / NANOS;
    Usage after = usage(lane);
    if (before != null && after != null) {
      turn.cpuSeconds += after.cpuSeconds() - before.cpuSeconds();
      turn.last = after;
    }
    turn.connections = call(turn.load.asker()::connections);
    settle(lane, turn);
  }

  /// Asks nothing more, and waits for what is under way.
  private void settle(LaneKind lane, Turns turn) {
    status.show("%s: waiting for what is under way".formatted(lane));
    onLoop(turn.load::stop);
    double seconds = SETTLE_SECONDS + script.answerNanos() / NANOS;
    if (!await(seconds, () -> call(turn.load::underWay) == 0) && !pause.isCut()) {
      faults.add("%s: %d answers do not end".formatted(lane, call(turn.load::underWay)));
    }
  }

  /// What the lane's gateway has used until now; null: unknown, or there is none.
  private @Nullable Usage usage(LaneKind lane) {
    Long process =
        switch (lane) {
          case DIRECT -> null;
          case GRPC, HTTP -> pid;
          case THROUGH -> options.pid;
        };
    return process == null ? null : new ProcessMeter(process).usage();
  }

  private void disturb(
      Set<LaneKind> lanes,
      Map<String, Map<String, GatewayReport.Gone>> gone,
      Map<String, Map<String, GatewayReport.Failure>> failures) {
    // Failures last: a gateway may take a provider that fails off its list for a while.
    for (LaneKind lane : lanes) {
      if (options.disturb > 0 && !pause.isCut()) {
        status.show("%s: clients leave".formatted(lane));
        gone.put(lane.key(), disturbances(lane).gone(options.disturb));
      }
    }
    for (LaneKind lane : lanes) {
      if (options.disturb > 0 && !pause.isCut()) {
        status.show("%s: the provider fails".formatted(lane));
        failures.put(lane.key(), disturbances(lane).failures(lane != LaneKind.DIRECT));
      }
    }
  }

  private Disturbances disturbances(LaneKind lane) {
    return new Disturbances(
        lane,
        () -> asker(lane, 1),
        options.model(lane),
        script,
        loop,
        provider.journal(),
        questions::incrementAndGet,
        faults,
        pause,
        patienceSeconds());
  }

  private double patienceSeconds() {
    return options.patience.toNanos() / NANOS;
  }

  private Map<String, GatewayReport.Lane> laneReports() {
    Map<String, GatewayReport.Lane> reports = new LinkedHashMap<>();
    Turns first = turns.get(LaneKind.DIRECT);
    Map<String, Quantiles> direct = first == null ? Map.of() : call(first.load.times()::quantiles);
    turns.forEach(
        (lane, turn) -> {
          Map<String, Quantiles> millis = call(turn.load.times()::quantiles);
          Map<String, GatewayReport.Added> added = new LinkedHashMap<>();
          if (lane != LaneKind.DIRECT) {
            direct.forEach((kind, base) -> added.put(kind, added(millis.get(kind), base)));
          }
          reports.put(
              lane.key(),
              new GatewayReport.Lane(
                  turn.seconds,
                  call(turn.load::answers),
                  call(turn.load::deltas),
                  turn.connections,
                  millis,
                  added,
                  server(turn)));
        });
    return reports;
  }

  private static GatewayReport.Added added(@Nullable Quantiles some, Quantiles base) {
    return some == null
        ? new GatewayReport.Added(0, 0)
        : new GatewayReport.Added(some.p50() - base.p50(), some.p99() - base.p99());
  }

  private GatewayReport.@Nullable Server server(Turns turn) {
    Usage last = turn.last;
    long deltas = call(turn.load::deltas);
    return last == null || deltas == 0
        ? null
        : new GatewayReport.Server(
            turn.cpuSeconds * MILLIS * 1_000 / deltas, last.rssBytes(), last.threads());
  }

  private void onLoop(Runnable task) {
    CompletableFuture.runAsync(task, loop).join();
  }

  private <T> T call(Supplier<T> question) {
    return CompletableFuture.supplyAsync(question, loop).join();
  }

  private boolean await(double seconds, BooleanSupplier holds) {
    long deadline = System.nanoTime() + (long) (seconds * NANOS);
    while (!holds.getAsBoolean()) {
      if (pause.isCut() || System.nanoTime() - deadline > 0) {
        return false;
      }
      pause.seconds(POLL_SECONDS);
    }
    return true;
  }

  @Override
  public void close() {
    turns.values().forEach(turn -> onLoop(() -> turn.load.asker().close()));
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
