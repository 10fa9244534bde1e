package dev.parley.bench.gateway;

import dev.parley.bench.measure.Quantiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A [GatewayReport] for people. Pure functions.
final class GatewayTexts {
  private static final double MIB = 1024.0 * 1024;

  private static final Map<String, String> NAMES =
      Map.of(
          "firstToken", "first token",
          "firstTokenWay", "  on its way",
          "deltaWay", "each delta, on its way",
          "gap", "from delta to delta");

  private GatewayTexts() {}

  static List<String> lines(GatewayReport report) {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "%,d answers at once, of %,d deltas at %.1f ms%s",
            report.load().streams(),
            report.load().deltas(),
            report.load().paceMillis(),
            report.interrupted() ? ", interrupted" : ""));
    lines.add("");
    report.lanes().forEach((name, lane) -> lane(name, lane, lines));
    gone(report, lines);
    failures(report, lines);
    lines.add(format("generator processor  %.2f s", report.generatorCpuSeconds()));
    lines.add("");
    GatewayReport.Check check = report.check();
    lines.add(
        check.passed()
            ? "Every answer came whole, in order and to its proper end."
            : format("VIOLATION, %,d in all. The first: %s", check.violations(), check.first()));
    return lines;
  }

  private static void lane(String name, GatewayReport.Lane lane, List<String> lines) {
    lines.add(
        format(
            "%s: %,d answers, %,d deltas in %.1f s, on %,d connections",
            name, lane.answers(), lane.deltas(), lane.seconds(), lane.connections()));
    GatewayReport.Server server = lane.server();
    if (server != null) {
      lines.add(
          format(
              "  gateway: %.1f ms of processor time for 1,000 deltas, %,.0f MiB, %d threads",
              server.cpuMillisPerThousandDeltas(), server.rssBytes() / MIB, server.threads()));
    }
    lines.add(
        format(
            "  %-24s %10s %10s %10s %12s %11s %11s",
            "milliseconds", "p50", "p99", "max", "count", "added p50", "added p99"));
    lane.millis()
        .forEach(
            (kind, q) -> {
              GatewayReport.Added added = lane.added().get(kind);
              lines.add(
                  format(
                      "  %-24s %10.3f %10.3f %10.3f %,12d %s",
                      NAMES.getOrDefault(kind, kind),
                      q.p50(),
                      q.p99(),
                      q.max(),
                      q.count(),
                      added == null ? "" : format("%11.3f %11.3f", added.p50(), added.p99())));
            });
    lines.add("");
  }

  private static void gone(GatewayReport report, List<String> lines) {
    if (report.gone().isEmpty()) {
      return;
    }
    lines.add("clients that left: until the provider's connection was closed");
    report
        .gone()
        .forEach(
            (lane, ways) ->
                ways.forEach(
                    (way, gone) -> {
                      Quantiles q = gone.noticedMillis();
                      lines.add(
                          format(
                              "  %-8s %-28s p50 %9.3f ms  max %9.3f ms  of %d%s",
                              lane,
                              way,
                              q.p50(),
                              q.max(),
                              q.count(),
                              gone.unnoticed() == 0
                                  ? ""
                                  : format(", and %d never", gone.unnoticed())));
                    }));
    lines.add("");
  }

  private static void failures(GatewayReport report, List<String> lines) {
    if (report.failures().isEmpty()) {
      return;
    }
    lines.add("a provider that failed: what the client was told");
    report
        .failures()
        .forEach(
            (lane, ways) ->
                ways.forEach(
                    (way, failure) ->
                        lines.add(
                            format(
                                "  %-8s %-8s after %2d of %2d deltas: %s%s",
                                lane,
                                way,
                                failure.deltas(),
                                failure.written(),
                                failure.told(),
                                failure.words().isEmpty() ? "" : ", " + failure.words().strip()))));
    lines.add("");
  }

  private static String format(String format, @Nullable Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
