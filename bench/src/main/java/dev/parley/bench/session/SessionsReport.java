package dev.parley.bench.session;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.parley.bench.measure.Quantiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The result of a run, in the shape of its JSON; times in milliseconds. Immutable.
///
/// @param load what the load was made of
/// @param seconds how long was measured
/// @param interrupted whether it was cut short
/// @param wordsPerSecond what each session's first watcher was told, on average
/// @param chunksPerSecond pieces of all sessions, as the first watchers were told them
/// @param deliveriesPerSecond the same as all watchers were told them
/// @param firstChunk from the question to the first piece
/// @param gap from one piece to the next, at each watcher
/// @param addedGap what that is more than the model's pace; the simulated model's own clock, which
///     runs in the server, is part of it
/// @param server what its process used; absent: unknown
/// @param generatorCpuSeconds processor time of the generator while it was measured
/// @param check whether everybody got everything
@JsonInclude(JsonInclude.Include.NON_NULL)
record SessionsReport(
    Load load,
    double seconds,
    boolean interrupted,
    double wordsPerSecond,
    double chunksPerSecond,
    double deliveriesPerSecond,
    Quantiles firstChunk,
    Quantiles gap,
    Added addedGap,
    @Nullable Server server,
    double generatorCpuSeconds,
    Check check) {
  private static final double KIB = 1024;
  private static final double MIB = KIB * 1024;

  /// What the load was made of.
  ///
  /// @param sessions answers at once
  /// @param watchers streams that watch each
  /// @param paceMillis time between two words of the model
  /// @param durability of the server of our own; absent: it is not
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Load(int sessions, int watchers, double paceMillis, @Nullable String durability) {}

  /// Quantiles less the pace.
  ///
  /// @param p50 of half of them
  /// @param p99 of 99 of 100
  record Added(double p50, double p99) {}

  /// What the server's process used.
  ///
  /// @param cpuSeconds processor time while it was measured
  /// @param rssBytesBefore memory before the first session
  /// @param rssBytesWatched memory when all sessions were watched, and nothing was asked
  /// @param rssBytes memory at the end of the measuring
  /// @param rssBytesPerSession what each session, its watchers and its answer had added then
  record Server(
      double cpuSeconds,
      long rssBytesBefore,
      long rssBytesWatched,
      long rssBytes,
      long rssBytesPerSession) {}

  /// Whether everybody got everything.
  ///
  /// @param passed whether nothing was wrong
  /// @param answers answers whose transcripts were compared with what their watchers were told
  /// @param violations how many things were wrong
  /// @param first the first of them, in words
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Check(boolean passed, int answers, long violations, @Nullable String first) {}

  /// Lines for people.
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "%,d sessions with answers at once, %,d watchers each, a word in %.1f ms",
            load.sessions(), load.watchers(), load.paceMillis()));
    lines.add(
        format(
            "measured %.1f s%s%s",
            seconds,
            load.durability() == null ? "" : ", durability " + load.durability(),
            interrupted ? ", interrupted" : ""));
    lines.add("");
    row(lines, "words", format("%.1f/s in each session", wordsPerSecond));
    row(lines, "pieces stored", format("%,.0f/s", chunksPerSecond));
    row(lines, "delivered", format("%,.0f/s", deliveriesPerSecond));
    if (server != null) {
      row(
          lines,
          "server processor",
          format("%.2f s, %.0f %%", server.cpuSeconds(), 100 * server.cpuSeconds() / seconds));
      row(
          lines,
          "server memory",
          format(
              "%,.0f MiB, %,.0f MiB before, %,.0f MiB when all was watched",
              server.rssBytes() / MIB,
              server.rssBytesBefore() / MIB,
              server.rssBytesWatched() / MIB));
      row(lines, "  per session", format("%,.1f KiB", server.rssBytesPerSession() / KIB));
    }
    row(
        lines,
        "generator processor",
        format("%.2f s, %.0f %%", generatorCpuSeconds, 100 * generatorCpuSeconds / seconds));
    lines.add("");
    lines.add(
        format(
            "%-24s %10s %10s %10s %10s %10s %12s",
            "milliseconds", "p50", "p90", "p99", "p99.9", "max", "count"));
    lines.add(quantiles("question to first piece", firstChunk));
    lines.add(quantiles("piece to piece", gap));
    lines.add(
        format(
            "%-24s %10.3f %10s %10.3f",
            "  more than the pace", addedGap.p50(), "", addedGap.p99()));
    lines.add("");
    lines.add(
        check.passed()
            ? format(
                "Every watcher was told every piece, once and in order: %,d answers.",
                check.answers())
            : format("VIOLATION, %,d in all. The first: %s", check.violations(), check.first()));
    return lines;
  }

  private static String quantiles(String kind, Quantiles q) {
    return format(
        "%-24s %10.3f %10.3f %10.3f %10.3f %10.3f %,12d",
        kind, q.p50(), q.p90(), q.p99(), q.p999(), q.max(), q.count());
  }

  private static void row(List<String> lines, String name, String value) {
    lines.add(format("%-24s %s", name, value));
  }

  private static String format(String format, @Nullable Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
