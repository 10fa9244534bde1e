package dev.parley.cli.importing;

import dev.parley.cli.output.Counts;
import dev.parley.cli.source.Origin;
import dev.parley.cli.source.Remark;
import dev.parley.cli.source.SourceTally;
import dev.parley.cli.source.Tallies.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What came of an import, in words and as JSON. Immutable, if what it is of changes no more.
///
/// @param read what became of the lines of the input
/// @param report what the server made of the messages
/// @param seconds how long it took
record ImportResult(SourceTally read, ImportReport report, double seconds) {
  private static final JsonMapper MAPPER = new JsonMapper();

  /// For people.
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    long actions = read.remarks().count(Remark.ACTION);
    lines.add(
        "read          %,12d %s of %s: %s%s"
            .formatted(
                read.lines(),
                read.lines() == 1 ? "line" : "lines",
                Counts.of(read.files(), "file"),
                Counts.of(read.messages(), "message"),
                actions == 0 ? "" : " and " + Counts.of(actions, "action")));
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

  /// For programs: one object on one line.
  ///
  ///     {"read":{"files":1,"lines":9,"messages":7,"actions":0},"imported":7,"duplicates":0,
  ///      "refused":0,"skipped":2,"refusals":[],"skips":[{"reason":"SYSTEM","words":"…","count":2,
  ///      "first":["a.txt:3","a.txt:5"]}],"remarks":[],"rooms":["#a"],"stoppedAt":"a.txt:9",
  ///      "seconds":0.1}
  ///
  /// `stoppedAt` is where the last message stood that the server has answered for; absent where
  /// there was none.
  String json() {
    ObjectNode json = MAPPER.createObjectNode();
    json.putObject("read")
        .put("files", read.files())
        .put("lines", read.lines())
        .put("messages", read.messages())
        .put("actions", read.remarks().count(Remark.ACTION));
    json.put("imported", report.imported());
    json.put("duplicates", report.duplicates());
    json.put("refused", report.refused().total());
    json.put("skipped", read.skipped().total());
    ArrayNode refusals = json.putArray("refusals");
    report
        .refused()
        .all()
        .forEach((reason, tally) -> add(refusals, reason, report.words(reason), tally));
    ArrayNode skips = json.putArray("skips");
    read.skipped().all().forEach((why, tally) -> add(skips, why.name(), why.words(), tally));
    ArrayNode remarks = json.putArray("remarks");
    read.remarks().all().forEach((what, tally) -> add(remarks, what.name(), what.words(), tally));
    ArrayNode rooms = json.putArray("rooms");
    report.rooms().forEach(rooms::add);
    Origin confirmed = report.confirmed();
    if (confirmed != null) {
      json.put("stoppedAt", confirmed.toString());
    }
    json.put("seconds", Math.round(seconds * 1_000) / 1e3);
    return json.toString();
  }

  private static void add(ArrayNode to, String reason, String words, Tally tally) {
    ObjectNode entry = to.addObject();
    entry.put("reason", reason).put("words", words).put("count", tally.count());
    ArrayNode first = entry.putArray("first");
    tally.first().forEach(origin -> first.add(origin.toString()));
  }
}
