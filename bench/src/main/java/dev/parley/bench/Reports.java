package dev.parley.bench;

import dev.parley.bench.load.Plan;
import dev.parley.bench.load.Referee.Moment;
import dev.parley.bench.load.Shard;
import dev.parley.bench.measure.Cost;
import dev.parley.bench.measure.Latencies;
import dev.parley.bench.measure.Latency;
import dev.parley.bench.measure.ProcessMeter.Usage;
import dev.parley.bench.measure.Quantiles;
import dev.parley.bench.measure.Tally;
import dev.parley.bench.report.Report;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Figures from measurements. Pure functions.
final class Reports {
  private static final double MILLION = 1e6;

  /// Part of its threads' time from which on the generator is what is measured.
  private static final double BOUND = 0.9;

  private Reports() {}

  static Report of(
      Plan plan,
      BenchOptions options,
      Shard shard,
      Umpire umpire,
      Map<String, Cost> costs,
      boolean interrupted) {
    Tally tally = shard.tally();
    double seconds = Math.max(shard.seconds(), 1e-9);
    Latencies latencies = Latencies.decode(shard.histograms());
    Map<String, Quantiles> times = new LinkedHashMap<>();
    for (Latency latency : Latency.values()) {
      Quantiles quantiles = latencies.quantiles(latency);
      if (quantiles.count() > 0) {
        times.put(latency.key(), quantiles);
      }
    }
    Report.Server server = server(plan, tally, umpire);
    Map<String, Report.Comparison> compared = new LinkedHashMap<>();
    costs.forEach((name, cost) -> compared.put(name, Comparisons.compared(cost, server)));
    return new Report(
        plan.workload().toString(),
        plan.protocol().toString(),
        new Report.Load(
            plan.rooms().size(),
            plan.streams(),
            plan.connections(),
            plan.senders(),
            plan.rate(),
            plan.inFlight(),
            plan.textBytes(),
            plan.processes(),
            options.spawn ? (options.durability == null ? "fsync" : options.durability) : null),
        shard.seconds(),
        Math.max(0, Math.round(plan.rate() * shard.seconds()) - tally.sent()),
        interrupted,
        tally,
        shard.caughtUp(),
        new Report.PerSecond(
            tally.acknowledged() / seconds,
            tally.deliveries() / seconds,
            tally.resumes() / seconds),
        times,
        server,
        shard.cpuSeconds(),
        isBound(
            shard.cpuSeconds(),
            seconds,
            plan.threads() * plan.processes(),
            Runtime.getRuntime().availableProcessors()),
        compared,
        new Report.Check(
            shard.violations() == 0,
            shard.subscriptions(),
            shard.checked(),
            shard.violations(),
            shard.violation(),
            shard.refusals(),
            shard.refusal()));
  }

  private static Report.@Nullable Server server(Plan plan, Tally tally, Umpire umpire) {
    Usage begin = umpire.usage(Moment.BEGIN);
    Usage connected = umpire.usage(Moment.CONNECTED);
    Usage measure = umpire.usage(Moment.MEASURE);
    Usage stop = umpire.usage(Moment.STOP);
    if (begin == null || connected == null || measure == null || stop == null) {
      return null;
    }
    double cpu = stop.cpuSeconds() - measure.cpuSeconds();
    int connections = plan.connections() + plan.senderConnections();
    return new Report.Server(
        umpire.pid(),
        cpu,
        perMillion(cpu, tally.deliveries()),
        perMillion(cpu, tally.acknowledged()),
        begin.rssBytes(),
        connected.rssBytes(),
        stop.rssBytes(),
        stop.rssPeakBytes(),
        Math.max(0, connected.rssBytes() - begin.rssBytes()) / connections,
        Math.max(0, stop.rssBytes() - begin.rssBytes()) / connections);
  }

  /// Whether the generator is what limits the load: its threads, or as many of them as there are
  /// processors for, hardly ever waited.
  ///
  /// @param threads event loops in all of its processes
  static boolean isBound(double cpuSeconds, double seconds, int threads, int processors) {
    return cpuSeconds >= BOUND * seconds * Math.min(threads, processors);
  }

  private static double perMillion(double seconds, long count) {
    return count == 0 ? 0 : seconds * MILLION / count;
  }
}
