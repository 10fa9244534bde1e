package dev.parley.cli.replay;

import dev.parley.cli.output.Counts;
import dev.parley.cli.output.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What came of a replay. Immutable.
///
/// @param room where it was played
/// @param sent messages sent
/// @param acked messages acknowledged
/// @param members what each client sent and received
/// @param seconds how long it took
/// @param violation the first thing that was wrong; null: nothing
record ReplayResult(
    String room,
    int sent,
    long acked,
    List<Line> members,
    double seconds,
    @Nullable String violation) {
  private static final int MAX_LINES = 40;
  private static final JsonMapper MAPPER = new JsonMapper();

  /// @param user who
  /// @param sent messages sent
  /// @param received messages received
  /// @param reconnects how often the connection had to be made anew
  record Line(String user, int sent, int received, int reconnects) {}

  long deliveries() {
    return members.stream().mapToLong(Line::received).sum();
  }

  /// For people.
  List<String> lines() {
    var table = new Table("USER", "SENT", "RECEIVED", "RECONNECTS");
    members.stream()
        .limit(MAX_LINES)
        .forEach(line -> table.row(line.user(), line.sent(), line.received(), line.reconnects()));
    List<String> lines = new ArrayList<>(table.lines());
    if (members.size() > MAX_LINES) {
      lines.add("(and %,d more)".formatted(members.size() - MAX_LINES));
    }
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "%s by %s in %s: %,d acknowledged, %,d delivered, in %.1f s",
            Counts.of(sent, "message"),
            Counts.of(members.size(), "client"),
            room,
            acked,
            deliveries(),
            seconds));
    lines.add(
        violation == null
            ? "Everybody got everything, once and in one order."
            : "VIOLATION: " + violation);
    return lines;
  }

  /// For programs: one object.
  String json() {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("room", room).put("sent", sent).put("acked", acked);
    json.put("delivered", deliveries()).put("seconds", Math.round(seconds * 1_000) / 1e3);
    json.put("ok", violation == null);
    if (violation != null) {
      json.put("violation", violation);
    }
    ArrayNode array = json.putArray("members");
    for (Line line : members) {
      array
          .addObject()
          .put("user", line.user())
          .put("sent", line.sent())
          .put("received", line.received())
          .put("reconnects", line.reconnects());
    }
    return json.toString();
  }
}
