package dev.parley.bench.gateway;

import dev.parley.bench.provider.Script;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of `parley bench gateway`. Filled by picocli, then read only.
final class GatewayOptions {
  private static final int MAX_STREAMS = 8_000;
  private static final int MAX_PER_STREAM = 4_096;
  private static final Duration MAX_PACE = Duration.ofSeconds(10);

  @Option(
      names = "--lanes",
      paramLabel = "LANE",
      split = ",",
      description = "Of direct, grpc, http, through. Default: all of which the address is known.")
  Set<LaneKind> lanes = Set.of();

  @Option(
      names = "--spawn",
      description = "Measure a server of our own, in another process, that knows the provider.")
  boolean spawn;

  @Option(
      names = {"-s", "--server"},
      paramLabel = "HOST:PORT",
      description = "The server, for the lane grpc. It must know the provider: see --provider.")
  @Nullable String server;

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      description = "The same server's port for OpenAI's protocol, for the lane http.")
  @Nullable String http;

  @Option(
      names = "--through",
      paramLabel = "URL",
      description =
          "Another gateway with OpenAI's protocol, such as http://127.0.0.1:4000/v1, for the lane"
              + " through.")
  @Nullable String through;

  @Option(
      names = "--header",
      paramLabel = "NAME:VALUE",
      description = "Sent to that one with each question.")
  List<String> headers = List.of();

  @Option(
      names = "--pid",
      paramLabel = "PID",
      description = "The process, on this machine, of the gateway that is not our own.")
  @Nullable Long pid;

  @Option(
      names = "--provider",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:0",
      description = "Where our provider listens. Default: a free port, for --spawn.")
  String provider = "";

  @Option(
      names = "--model",
      paramLabel = "PREFIX",
      defaultValue = "fake/",
      description =
          "What gateways put before its models: ok, silent, cut, stall, error, broken, busy, fail."
              + " Default: ${DEFAULT-VALUE}.")
  String model = "";

  @Option(
      names = "--through-model",
      paramLabel = "PREFIX",
      description = "What the one of --through puts before them. Default: as --model.")
  @Nullable String throughModel;

  @Option(
      names = "--streams",
      paramLabel = "N",
      defaultValue = "128",
      description = "Answers at once. Default: ${DEFAULT-VALUE}.")
  int streams;

  @Option(
      names = "--deltas",
      paramLabel = "N",
      defaultValue = "64",
      description = "Pieces of each answer. Default: ${DEFAULT-VALUE}.")
  int deltas;

  @Option(
      names = "--pace",
      paramLabel = "TIME",
      defaultValue = "20ms",
      description = "Time from one to the next, and before the first. Default: ${DEFAULT-VALUE}.")
  Duration pace = Duration.ZERO;

  @Option(
      names = "--per-stream",
      paramLabel = "N",
      defaultValue = "32",
      description = "Questions at once on each gRPC stream. Default: ${DEFAULT-VALUE}.")
  int perStream;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long to measure each lane. Default: ${DEFAULT-VALUE}.")
  double seconds;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "5",
      description = "Load on each lane before that, in seconds. Default: ${DEFAULT-VALUE}.")
  double warmup;

  @Option(
      names = "--warmup-streams",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Answers at once during --warmup, if more than --streams: for a gateway that is asked"
              + " often before few answers are measured. Default: ${DEFAULT-VALUE}.")
  int warmupStreams;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "1",
      description = "Measure N times, and print the medians too.")
  int repeat;

  @Option(
      names = "--disturb",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "Afterwards: clients that leave, N in each way, and a provider that fails; 0: none."
              + " Default: ${DEFAULT-VALUE}.")
  int disturb;

  @Option(
      names = "--patience",
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "How long to wait there for what may never come. Default: ${DEFAULT-VALUE}.")
  Duration patience = Duration.ZERO;

  @Option(names = "--json", description = "Print the result as one JSON object.")
  boolean json;

  /// What every answer is made of.
  Script script() {
    return new Script(deltas, pace.toNanos());
  }

  /// What a way to the provider puts before the names of models.
  String model(LaneKind lane) {
    return switch (lane) {
      case DIRECT -> "";
      case GRPC, HTTP -> model;
      case THROUGH -> throughModel == null ? model : throughModel;
    };
  }

  /// What to measure.
  Set<LaneKind> lanes() {
    Set<LaneKind> known = EnumSet.of(LaneKind.DIRECT);
    if (spawn || server != null) {
      known.add(LaneKind.GRPC);
    }
    if (spawn || http != null) {
      known.add(LaneKind.HTTP);
    }
    if (through != null) {
      known.add(LaneKind.THROUGH);
    }
    Set<LaneKind> chosen = lanes.isEmpty() ? known : EnumSet.copyOf(lanes);
    for (LaneKind lane : chosen) {
      require(known.contains(lane), "--lanes " + lane, "its address beside it");
    }
    return chosen;
  }

  /// The other gateway's URL; null: there is none.
  @Nullable URI throughUrl() {
    if (through == null) {
      return null;
    }
    try {
      URI url = new URI(through);
      if ("http".equals(url.getScheme()) && url.getHost() != null) {
        return url;
      }
    } catch (URISyntaxException _) {
      // said below
    }
    throw new IllegalArgumentException(
        "--through: \"%s\" (expected: such as http://127.0.0.1:4000/v1)".formatted(through));
  }

  /// What is sent to it with each question.
  Map<String, String> headerMap() {
    Map<String, String> map = new LinkedHashMap<>();
    for (String header : headers) {
      int colon = header.indexOf(':');
      require(colon > 0, "--header", "NAME:VALUE");
      map.put(header.substring(0, colon).strip(), header.substring(colon + 1).strip());
    }
    return map;
  }

  /// @throws IllegalArgumentException if something is out of bounds, or contradicts something else
  void check() {
    require(streams >= 1 && streams <= MAX_STREAMS, "--streams", "1 to " + MAX_STREAMS);
    require(
        warmupStreams >= 1 && warmupStreams <= MAX_STREAMS,
        "--warmup-streams",
        "1 to " + MAX_STREAMS);
    require(
        pace.isPositive() && pace.compareTo(MAX_PACE) <= 0, "--pace", "more than 0s, at most 10s");
    require(perStream >= 1 && perStream <= MAX_PER_STREAM, "--per-stream", "1 to 4096");
    require(seconds > 0 && warmup >= 0, "--seconds, --warmup", "seconds to measure");
    require(repeat >= 1, "--repeat", "1 or more");
    require(disturb >= 0, "--disturb", "0 or more");
    require(patience.isPositive(), "--patience", "more than 0s");
    require(!spawn || server == null, "--spawn", "no --server beside it");
    require(
        server == null || through == null, "--through", "no --server beside it: --pid is one's");
    require(through != null || throughModel == null, "--through-model", "--through beside it");
    require(!spawn || pid == null || through != null, "--pid", "no --spawn beside it");
    require(
        spawn
            || server != null
            || through != null
            || http != null
            || lanes.equals(Set.of(LaneKind.DIRECT)),
        "--spawn, --server, --http, --through",
        "one of them, or --lanes direct");
    var _ = script();
    var _ = headerMap();
    var _ = throughUrl();
  }

  private static void require(boolean holds, String option, String expected) {
    if (!holds) {
      throw new IllegalArgumentException("%s (expected: %s)".formatted(option, expected));
    }
  }
}
