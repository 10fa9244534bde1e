package dev.parley.cli.importing;

import dev.parley.cli.source.Origin;
import dev.parley.cli.source.Remark;
import dev.parley.cli.source.SourceTally;
import dev.parley.cli.source.Tallies.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// An import's report for people and for programs. Pure functions.
final class ReportText {
  private ReportText() {}

  /// Lines for people.
  static List<String> lines(SourceTally read, ImportReport report, double seconds) {
    List<String> lines = new ArrayList<>();
    long actions = read.remarks().count(Remark.ACTION);
    lines.add(
        "read          %,12d lines of %,d %s: %,d messages%s"
            .formatted(
                read.lines(),
                read.files(),
                read.files() == 1 ? "file" : "files",
                read.messages(),
                actions == 0 ? "" : " and %,d actions".formatted(actions)));
    lines.add("imported      %,12d".formatted(report.imported()));
    lines.add("already there %,12d".formatted(report.duplicates()));
    lines.add("refused       %,12d".formatted(report.refused().total()));
    report
        .refused()
        .all()
        .forEach((reason, tally) -> lines.add(tally(tally, reason + ": " + report.words(reason))));
    lines.add("skipped       %,12d".formatted(read.skipped().total()));
    read.skipped().all().forEach((reason, tally) -> lines.add(tally(tally, reason.words())));
    if (!read.remarks().all().isEmpty()) {
      lines.add("of the messages");
      read.remarks().all().forEach((remark, tally) -> lines.add(tally(tally, remark.words())));
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "took          %,12.1f s, %,.0f messages/s",
            seconds,
            report.answered() / Math.max(seconds, 1e-3)));
    return lines;
  }

  private static String tally(Tally tally, String words) {
    String places = tally.first().stream().map(Origin::toString).collect(Collectors.joining(", "));
    String more = tally.count() > tally.first().size() ? ", …" : "";
    return "  %,10d  %s (%s%s)".formatted(tally.count(), words, places, more);
  }
}
