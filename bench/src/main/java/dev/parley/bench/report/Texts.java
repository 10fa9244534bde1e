package dev.parley.bench.report;

import dev.parley.bench.measure.Quantiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// A [Report] for people and for programs. Pure functions.
public final class Texts {
  private static final JsonMapper MAPPER = new JsonMapper();

  /// Part of what was to be sent that may be missing without a word: it is on its way.
  private static final double MAX_UNSENT = 0.02;

  private Texts() {}

  /// One line of JSON.
  public static String json(Report report) {
    return MAPPER.writeValueAsString(report);
  }

  /// The same of a result of another kind.
  public static String line(Record report) {
    return MAPPER.writeValueAsString(report);
  }

  /// The same of several.
  public static String json(Medians medians) {
    return MAPPER.writeValueAsString(medians);
  }

  /// The same of several.
  public static List<String> lines(Medians medians) {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "%-40s %14s %14s %14s",
            "of %d runs".formatted(medians.repetitions()), "least", "median", "greatest"));
    medians
        .figures()
        .forEach(
            (name, spread) ->
                lines.add(
                    format(
                        "%-40s %14s %14s %14s",
                        name,
                        number(spread.min()),
                        number(spread.median()),
                        number(spread.max()))));
    return lines;
  }

  private static String number(double value) {
    return value >= 1_000 ? format("%,.0f", value) : format("%.3f", value);
  }

  /// Lines for people.
  public static List<String> lines(Report report) {
    List<String> lines = new ArrayList<>();
    Report.Load load = report.load();
    lines.add(
        format(
            "%s over the %s protocol: %,d streams on %,d connections in %,d rooms, %s",
            report.workload(),
            report.protocol(),
            load.streams(),
            load.connections(),
            load.rooms(),
            sending(load)));
    lines.add(
        format(
            "measured %.1f s%s%s%s",
            report.seconds(),
            load.durability() == null ? "" : ", durability " + load.durability(),
            load.processes() > 1 ? ", from %d processes".formatted(load.processes()) : "",
            report.interrupted() ? ", interrupted" : ""));
    lines.add("");
    figures(report, lines);
    latencies(report, lines);
    boolean known = report.server() != null;
    report.compared().forEach((name, other) -> lines.add(compared(name, other, known)));
    if (!report.compared().isEmpty()) {
      lines.add("");
    }
    verdict(report.check(), lines);
    return lines;
  }

  private static String sending(Report.Load load) {
    if (load.rate() > 0) {
      return format("%,.0f messages/s of %,d bytes", load.rate(), load.textBytes());
    }
    return load.inFlight() == 0
        ? "nothing sent"
        : format(
            "%,d senders with %,d messages of %,d bytes under way each",
            load.senders(), load.inFlight(), load.textBytes());
  }

  private static void figures(Report report, List<String> lines) {
    row(lines, "acknowledged", format("%,.0f/s", report.perSecond().sends()));
    if (report.unsent() > report.load().rate() * report.seconds() * MAX_UNSENT) {
      row(
          lines,
          "  of those that were due",
          format(
              "%.0f %%: server or load generator cannot do more; the times do not know of the rest",
              100 * report.perSecond().sends() / report.load().rate()));
    }
    row(lines, "delivered", format("%,.0f/s", report.perSecond().deliveries()));
    signals("typing", report.counts().typing(), report.seconds(), lines);
    signals("receipts", report.counts().receipts(), report.seconds(), lines);
    signals("presence", report.counts().presence(), report.seconds(), lines);
    if (report.caughtUp() > 0) {
      row(lines, "caught up with later", format("%,d by slow readers", report.caughtUp()));
    }
    if (report.counts().resumes() > 0) {
      row(lines, "resumed", format("%,.0f/s", report.perSecond().resumes()));
    }
    if (report.counts().refused() > 0) {
      row(lines, "refused", format("%,d", report.counts().refused()));
    }
    Report.Server server = report.server();
    if (server != null) {
      row(
          lines,
          "server processor",
          format(
              "%.2f s, %.0f %% (process %d)",
              server.cpuSeconds(), 100 * server.cpuSeconds() / report.seconds(), server.pid()));
      if (server.cpuSecondsPerMillionDeliveries() > 0) {
        row(
            lines,
            "  per million deliveries",
            format("%.3f s", server.cpuSecondsPerMillionDeliveries()));
      }
      if (server.cpuSecondsPerMillionSends() > 0) {
        row(lines, "  per million sends", format("%.1f s", server.cpuSecondsPerMillionSends()));
      }
      row(
          lines,
          "server memory",
          format(
              "%s, peak %s, %s before",
              mib(server.rssBytes()), mib(server.rssPeakBytes()), mib(server.rssBytesBefore())));
      row(
          lines,
          "  per connection",
          format(
              "%,.1f KiB when connected, %,.1f at the end",
              server.rssBytesPerConnection() / 1024.0,
              server.rssBytesPerConnectionAtEnd() / 1024.0));
    }
    row(
        lines,
        "generator processor",
        format(
            "%.2f s, %.0f %%",
            report.generatorCpuSeconds(), 100 * report.generatorCpuSeconds() / report.seconds()));
    if (report.generatorBound()) {
      lines.add(
          "WARNING: the load generator can do no more, so it is measured, and not the server:"
              + " more --threads, --processes or machines");
    }
    lines.add("");
  }

  private static void signals(String name, long count, double seconds, List<String> lines) {
    if (count > 0) {
      row(lines, name, format("%,.0f/s", count / seconds));
    }
  }

  private static void latencies(Report report, List<String> lines) {
    lines.add(
        format(
            "%-24s %10s %10s %10s %10s %10s %12s",
            "milliseconds", "p50", "p90", "p99", "p99.9", "max", "count"));
    report
        .latencyMillis()
        .forEach(
            (kind, q) -> {
              if (q.count() > 0) {
                lines.add(latency(kind, q));
              }
            });
    lines.add("");
  }

  private static String latency(String kind, Quantiles q) {
    return format(
        "%-24s %10.3f %10.3f %10.3f %10.3f %10.3f %,12d",
        kind, q.p50(), q.p90(), q.p99(), q.p999(), q.max(), q.count());
  }

  private static String compared(String name, Report.Comparison other, boolean serverIsKnown) {
    String times =
        other.times() > 0
            ? format("; Parley takes %.2f times as much", other.times())
            : serverIsKnown
                ? "; too little to compare"
                : "; the server's processor time is unknown: give --pid";
    return format(
        "%-24s %.3f s per million deliveries, %,.0f/s (%s)%s",
        name,
        other.cpuSecondsPerMillionDeliveries(),
        other.deliveriesPerSecond(),
        other.what(),
        times);
  }

  private static void verdict(Report.Check check, List<String> lines) {
    if (check.refusals() > 0) {
      lines.add(
          format(
              "%,d requests were refused. The first: %s", check.refusals(), check.firstRefusal()));
    }
    lines.add(
        check.passed()
            ? format(
                "Everybody got everything, once and in one order: %,d messages in %,d"
                    + " subscriptions.",
                check.messages(), check.subscriptions())
            : format("VIOLATION, %,d in all. The first: %s", check.violations(), check.first()));
  }

  private static void row(List<String> lines, String name, String value) {
    lines.add(format("%-24s %s", name, value));
  }

  private static String mib(long bytes) {
    return format("%,.0f MiB", bytes / (1024.0 * 1024));
  }

  private static String format(String format, @Nullable Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
