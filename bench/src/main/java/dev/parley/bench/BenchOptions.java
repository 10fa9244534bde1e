package dev.parley.bench;

import dev.parley.bench.load.Protocol;
import dev.parley.bench.load.Workload;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The options of `parley bench`. Filled by picocli, then read only. A number that is null was not
/// given: the workload has its own.
final class BenchOptions {
  // Not required, or the command "gateway" would want one.
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "WORKLOAD",
      description = "What the clients do; see above.")
  @Nullable Workload given;

  @Option(
      names = {"-s", "--server"},
      paramLabel = "HOST:PORT",
      description = "The server. Default: $$PARLEY_SERVER, or 127.0.0.1:50051.")
  @Nullable String server;

  @Option(
      names = "--spawn",
      description = "Measure a server of our own, in another process, with data that is removed.")
  boolean spawn;

  @Option(
      names = "--durability",
      paramLabel = "fsync|os|memory",
      description = "Of the server of our own. Default: fsync.")
  @Nullable String durability;

  @Option(
      names = "--pid",
      paramLabel = "PID",
      description =
          "The server's process on this machine, to be measured too. Found where the server is"
              + " reached by a loopback address.")
  @Nullable Long pid;

  @Option(
      names = "--protocol",
      paramLabel = "native|classic",
      defaultValue = "native",
      description = "The protocol. Default: ${DEFAULT-VALUE}.")
  Protocol protocol = Protocol.NATIVE;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long to measure. Default: ${DEFAULT-VALUE}.")
  double seconds;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "3",
      description = "Load before that, in seconds. Default: ${DEFAULT-VALUE}.")
  double warmup;

  @Option(
      names = "--patience",
      paramLabel = "TIME",
      defaultValue = "15s",
      description =
          "How long nothing may arrive in the end before what is missing counts as lost."
              + " Default: ${DEFAULT-VALUE}.")
  Duration patience = Duration.ZERO;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "1",
      description = "Measure N times, with everything compared, and print the medians too.")
  int repeat;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "Connections of those who listen.")
  @Nullable Integer connections;

  @Option(
      names = "--streams-per-connection",
      paramLabel = "N",
      description = "Streams on each of them.")
  @Nullable Integer streamsPerConnection;

  @Option(names = "--rooms", paramLabel = "N", description = "Rooms.")
  @Nullable Integer rooms;

  @Option(
      names = "--room",
      paramLabel = "ROOM",
      split = ",",
      description = "Rooms that are there already, instead of new ones.")
  List<String> existing = List.of();

  @Option(names = "--members", paramLabel = "N", description = "Subscriptions in each room.")
  @Nullable Integer members;

  @Option(names = "--senders", paramLabel = "N", description = "Senders to each room.")
  @Nullable Integer senders;

  @Option(
      names = "--rate",
      paramLabel = "MSG/S",
      description = "Messages a second in all. Each has its time, and is late if it waits.")
  @Nullable Double rate;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description = "Instead: as fast as possible, with N messages of each sender under way.")
  @Nullable Integer inFlight;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      description = "Length of each text. Default: 100; in slow 2000.")
  @Nullable Integer size;

  @Option(
      names = "--slow-readers",
      paramLabel = "PERCENT",
      description = "In slow: connections that stall or trickle. Default: 20.")
  @Nullable Integer slowPercent;

  @Option(
      names = "--processes",
      paramLabel = "N",
      defaultValue = "1",
      description = "Processes that make the load. Default: ${DEFAULT-VALUE}.")
  int processes;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Event loops in each of them. Default: half of the processors.")
  @Nullable Integer threads;

  @Option(
      names = "--with-limit",
      description = "Measure too what the system calls alone take for the same, in C.")
  boolean withLimit;

  @Option(
      names = "--with-nats",
      description = "Measure too what nats-server takes for the same, if it is on the PATH.")
  boolean withNats;

  @Option(names = "--json", description = "Print the result as one JSON object.")
  boolean json;

  @Option(names = "--process", hidden = true, description = "Number of this process.")
  @Nullable Integer process;

  @Option(names = "--run", hidden = true, description = "Name of the run.")
  @Nullable String run;

  /// Where the server is, as HOST:PORT.
  String server() {
    if (server != null) {
      return server;
    }
    String variable = System.getenv("PARLEY_SERVER");
    return variable == null || variable.isBlank() ? "127.0.0.1:50051" : variable;
  }

  /// What the clients do.
  ///
  /// @throws IllegalArgumentException if nobody said it
  Workload workload() {
    Workload workload = given;
    if (workload == null) {
      throw new IllegalArgumentException(
          "WORKLOAD: none (expected: one of %s, or a command: gateway, sessions)"
              .formatted(
                  Stream.of(Workload.values())
                      .map(Workload::toString)
                      .collect(Collectors.joining(", "))));
    }
    return workload;
  }
}
