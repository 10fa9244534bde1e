package dev.parley.cli.importing;

import dev.parley.cli.source.Origin;
import dev.parley.cli.source.Remark;
import dev.parley.cli.source.SourceTally;
import dev.parley.cli.source.Tallies.Tally;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An import's report as one JSON object on one line. A pure function.
///
///     {"read":{"files":1,"lines":9,"messages":7,"actions":0},"imported":7,"duplicates":0,
///      "refused":0,"skipped":2,"refusals":[],"skips":[{"reason":"SYSTEM","words":"…","count":2,
///      "first":["a.txt:3","a.txt:5"]}],"remarks":[],"rooms":["#a"],"stoppedAt":"a.txt:9",
///      "seconds":0.1}
///
/// `stoppedAt` is where the last message stood that the server has answered for; absent where there
/// was none.
final class ReportJson {
  private static final JsonMapper MAPPER = new JsonMapper();

  private ReportJson() {}

  static String of(SourceTally read, ImportReport report, double seconds) {
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
