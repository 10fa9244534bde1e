package dev.parley.bench;

import dev.parley.bench.load.Plan;
import dev.parley.bench.load.Protocol;
import dev.parley.bench.load.Workload;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What the options come to, with the workload's own numbers where none were given. Pure functions.
final class PlanMaker {
  /// What holds unless said otherwise.
  ///
  /// @param rate messages a second in all; 0: as many as the window allows
  /// @param inFlight messages that each sender has under way; 0: nothing is sent, or at a rate
  private record Defaults(
      int rooms,
      int members,
      int streamsPerConnection,
      int sendersPerRoom,
      double rate,
      int inFlight,
      int textBytes,
      int slowPercent) {}

  private PlanMaker() {}

  private static Defaults defaults(Workload workload) {
    return switch (workload) {
      case FANOUT -> new Defaults(10, 100, 10, 1, 0, 16, 100, 0);
      case INGEST -> new Defaults(10, 1, 1, 10, 0, 8, 100, 0);
      case IDLE -> new Defaults(20, 50, 1, 1, 0, 0, 100, 0);
      case CHURN -> new Defaults(10, 20, 1, 1, 50, 0, 100, 0);
      case RESUME_STORM -> new Defaults(1, 500, 1, 1, 100, 0, 100, 0);
      case SLOW -> new Defaults(10, 20, 1, 1, 500, 0, 2_000, 20);
      case MIXED -> new Defaults(40, 10, 1, 1, 200, 0, 100, 0);
    };
  }

  /// @param server where the server listens
  /// @param run name of the run
  /// @throws IllegalArgumentException if the options contradict each other
  static Plan plan(BenchOptions options, InetSocketAddress server, String run) {
    Workload workload = options.workload();
    Defaults defaults = defaults(workload);
    check(options);
    List<String> rooms = options.existing;
    if (rooms.isEmpty()) {
      int count = or(options.rooms, defaults.rooms());
      rooms = IntStream.range(0, count).mapToObj(i -> run + "-room-" + i).toList();
    }
    int perConnection = or(options.streamsPerConnection, defaults.streamsPerConnection());
    int members = or(options.members, defaults.members());
    if (options.connections != null) {
      if (options.members == null) {
        members = Math.ceilDiv(options.connections * perConnection, rooms.size());
      } else if (options.streamsPerConnection == null) {
        perConnection = Math.ceilDiv(members * rooms.size(), options.connections);
      }
    }
    boolean window = options.inFlight != null;
    return new Plan(
        workload,
        options.protocol,
        server,
        run,
        rooms,
        members,
        perConnection,
        or(options.senders, defaults.sendersPerRoom()),
        options.rate != null ? options.rate : window ? 0 : defaults.rate(),
        options.rate != null ? 0 : or(options.inFlight, defaults.inFlight()),
        or(options.size, defaults.textBytes()),
        or(options.slowPercent, defaults.slowPercent()),
        options.warmup,
        options.seconds,
        options.patience,
        or(options.threads, Math.max(1, Runtime.getRuntime().availableProcessors() / 2)),
        or(options.process, 0),
        options.processes);
  }

  private static int or(@Nullable Integer given, int otherwise) {
    return given == null ? otherwise : given;
  }

  private static void check(BenchOptions options) {
    positive("--rooms", options.rooms);
    positive("--members", options.members);
    positive("--connections", options.connections);
    positive("--streams-per-connection", options.streamsPerConnection);
    positive("--senders", options.senders);
    positive("--in-flight", options.inFlight);
    positive("--size", options.size);
    positive("--processes", options.processes);
    positive("--threads", options.threads);
    positive("--repeat", options.repeat);
    require(options.rate == null || options.rate > 0, "--rate", "more than 0");
    require(options.rate == null || options.inFlight == null, "--rate", "no --in-flight beside it");
    require(options.size == null || options.size <= 65_536, "--size", "at most 65536");
    require(
        options.seconds > 0 && options.warmup >= 0,
        "--seconds, --warmup",
        "seconds, of which there must be some to measure");
    require(options.patience.toMillis() > 0, "--patience", "1ms or more");
    Integer slow = options.slowPercent;
    require(slow == null || (slow >= 0 && slow <= 100), "--slow-readers", "0 to 100");
    require(slow == null || options.workload() == Workload.SLOW, "--slow-readers", "only in slow");
    require(options.server == null || !options.spawn, "--server", "no --spawn beside it");
    require(options.durability == null || options.spawn, "--durability", "--spawn beside it");
    require(options.pid == null || !options.spawn, "--pid", "no --spawn beside it");
    require(
        options.pid == null || ProcessHandle.of(options.pid).isPresent(),
        "--pid",
        "a process of this machine");
    require(
        options.connections == null
            || options.members == null
            || options.streamsPerConnection == null,
        "--connections, --members, --streams-per-connection",
        "two of them at most: they tell the third");
    require(
        options.workload() != Workload.IDLE || (options.rate == null && options.inFlight == null),
        "--rate, --in-flight",
        "none in idle");
    require(
        options.workload() == Workload.FANOUT || (!options.withLimit && !options.withNats),
        "--with-limit, --with-nats",
        "only in fanout");
    boolean resumes =
        options.workload() == Workload.CHURN || options.workload() == Workload.RESUME_STORM;
    require(
        options.protocol == Protocol.NATIVE || !resumes,
        "--protocol",
        "native: the classic one cannot resume");
  }

  private static void positive(String option, @Nullable Integer value) {
    require(value == null || value > 0, option, "1 or more");
  }

  private static void require(boolean holds, String option, String expected) {
    if (!holds) {
      throw new IllegalArgumentException("%s (expected: %s)".formatted(option, expected));
    }
  }
}
