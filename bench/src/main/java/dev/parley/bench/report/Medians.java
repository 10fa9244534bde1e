package dev.parley.bench.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The middle of several runs of the same load, figure by figure. Immutable.
///
/// @param repetitions how many runs
/// @param figures by name; what no run measured is absent
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Medians(int repetitions, Map<String, Spread> figures) {
  /// A figure in several runs.
  ///
  /// @param min the least
  /// @param median the middle one; of an even number, the mean of the two
  /// @param max the greatest
  public record Spread(double min, double median, double max) {}

  /// Of some runs, at least one.
  public static Medians of(List<Report> reports) {
    return ofFigures(reports.stream().map(Medians::figures).toList());
  }

  /// Of the figures of some runs, at least one, by name.
  public static Medians ofFigures(List<Map<String, Double>> runs) {
    Map<String, List<Double>> values = new LinkedHashMap<>();
    for (Map<String, Double> run : runs) {
      run.forEach((name, value) -> values.computeIfAbsent(name, _ -> new ArrayList<>()).add(value));
    }
    Map<String, Spread> figures = new LinkedHashMap<>();
    values.forEach((name, all) -> figures.put(name, spread(all)));
    return new Medians(runs.size(), figures);
  }

  private static Map<String, Double> figures(Report report) {
    Map<String, Double> figures = new LinkedHashMap<>();
    put(figures, "acknowledgedPerSecond", report.perSecond().sends());
    put(figures, "deliveredPerSecond", report.perSecond().deliveries());
    put(figures, "resumedPerSecond", report.perSecond().resumes());
    Report.Server server = report.server();
    if (server != null) {
      put(figures, "cpuSecondsPerMillionDeliveries", server.cpuSecondsPerMillionDeliveries());
      put(figures, "cpuSecondsPerMillionSends", server.cpuSecondsPerMillionSends());
      put(figures, "rssBytesBefore", (double) server.rssBytesBefore());
      put(figures, "rssBytes", (double) server.rssBytes());
      put(figures, "rssPeakBytes", (double) server.rssPeakBytes());
      put(figures, "rssBytesPerConnection", (double) server.rssBytesPerConnection());
      put(figures, "rssBytesPerConnectionAtEnd", (double) server.rssBytesPerConnectionAtEnd());
    }
    report
        .compared()
        .forEach(
            (name, other) -> {
              put(figures, name + ".deliveredPerSecond", other.deliveriesPerSecond());
              put(
                  figures,
                  name + ".cpuSecondsPerMillionDeliveries",
                  other.cpuSecondsPerMillionDeliveries());
              put(figures, name + ".times", other.times());
            });
    report
        .latencyMillis()
        .forEach(
            (kind, times) -> {
              put(figures, kind + ".p50", times.p50());
              put(figures, kind + ".p99", times.p99());
            });
    return figures;
  }

  private static void put(Map<String, Double> figures, String name, double value) {
    if (value > 0) {
      figures.put(name, value);
    }
  }

  private static Spread spread(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new Spread(sorted.getFirst(), median, sorted.getLast());
  }
}
