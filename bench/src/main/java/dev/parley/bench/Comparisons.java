package dev.parley.bench;

import dev.parley.bench.load.LoadException;
import dev.parley.bench.load.Plan;
import dev.parley.bench.load.Shard;
import dev.parley.bench.measure.Cost;
import dev.parley.bench.measure.Tally;
import dev.parley.bench.measure.Work;
import dev.parley.bench.peer.Limit;
import dev.parley.bench.peer.NatsServer;
import dev.parley.bench.report.Report;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What others take for the work that the server had. Pure functions, but for the measuring.
final class Comparisons {
  private static final double MAX_SECONDS = 10;
  private static final double MILLION = 1e6;

  /// Processor time is counted in hundredths of a second; of less than this, a ratio says nothing.
  private static final double MIN_CPU_SECONDS = 0.25;

  /// What HTTP/2 and gRPC put before each message, in bytes.
  private static final int FRAME_HEADER_BYTES = 14;

  private Comparisons() {}

  /// The work as the server had it.
  static Work work(Plan plan, Shard shard) {
    Tally tally = shard.tally();
    double deliveries = Math.max(1, tally.deliveries());
    double perFrame = Math.max(1, deliveries / Math.max(1, tally.frames()));
    return new Work(
        plan.connections(),
        plan.streamsPerConnection(),
        plan.rooms().size(),
        (int) Math.round(tally.bytes() / deliveries + FRAME_HEADER_BYTES / perFrame),
        plan.textBytes(),
        plan.rate() > 0 ? deliveries / shard.seconds() : 0,
        Math.max(1, plan.inFlight()),
        Math.min(MAX_SECONDS, shard.seconds()));
  }

  /// Measures those that were asked for.
  ///
  /// @param failed told why one could not be measured, which then is absent
  static Map<String, Cost> measure(
      BenchOptions options, Plan plan, Shard shard, Consumer<String> failed) {
    Map<String, Cost> costs = new LinkedHashMap<>();
    Work work = work(plan, shard);
    if (options.withLimit) {
      measure("limit", () -> Limit.measure(work), costs, failed);
    }
    if (options.withNats) {
      measure("nats", () -> NatsServer.measure(work), costs, failed);
    }
    return costs;
  }

  private static void measure(
      String name, Supplier<Cost> measuring, Map<String, Cost> costs, Consumer<String> failed) {
    try {
      costs.put(name, measuring.get());
    } catch (LoadException e) {
      failed.accept(String.valueOf(e.getMessage()));
    }
  }

  /// The cost beside ours.
  ///
  /// @param server what Parley's server used; null: unknown
  static Report.Comparison compared(Cost cost, Report.@Nullable Server server) {
    double other = cost.deliveries() == 0 ? 0 : cost.cpuSeconds() * MILLION / cost.deliveries();
    double times =
        server == null
                || other == 0
                || cost.cpuSeconds() < MIN_CPU_SECONDS
                || server.cpuSeconds() < MIN_CPU_SECONDS
            ? 0
            : server.cpuSecondsPerMillionDeliveries() / other;
    return new Report.Comparison(
        cost.what(), cost.deliveries(), cost.deliveries() / cost.seconds(), other, times);
  }
}
