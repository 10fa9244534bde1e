package dev.parley.cli.assistant;

import com.google.protobuf.util.Durations;
import dev.parley.assistant.v1.Answer;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.Outcome;
import dev.parley.assistant.v1.ServerStatsResponse;
import dev.parley.assistant.v1.Session;
import dev.parley.assistant.v1.SessionInfoResponse;
import dev.parley.assistant.v1.SessionSummary;
import dev.parley.cli.command.Failures;
import dev.parley.cli.output.Counts;
import dev.parley.cli.output.PlainText;
import dev.parley.cli.output.Table;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What things are called in a talk with a model. Pure functions.
final class Words {
  private static final int SHORT_ID = 8;
  private static final double NANOS = 1e9;

  /// Characters of a turn that are enough to tell which is meant.
  private static final int MAX_QUOTED = 60;

  /// Decimal places of what something costs.
  private static final int MONEY_SCALE = 9;

  private Words() {}

  /// As much of a session's id as tells it from the others of one person: its end, since ids that
  /// are made one after the other begin alike.
  static String id(String session) {
    return session.substring(Math.max(0, session.length() - SHORT_ID));
  }

  /// A session's id, and its title if it has one.
  static String named(Session session) {
    String title = PlainText.line(session.getTitle());
    return id(session.getId()) + (title.isEmpty() ? "" : " “" + title + "”");
  }

  /// What an answer took, such as `simulated/simulated · context 2 messages · 47 chunks · first
  /// after 0.05 s · 2.35 s in all · 12 tokens in, 64 out`.
  static String figures(Answer answer) {
    List<String> parts = new ArrayList<>();
    switch (answer.getOutcome()) {
      case OUTCOME_COMPLETE, UNRECOGNIZED -> {}
      case OUTCOME_UNKNOWN -> parts.add("goes on at the server");
      case OUTCOME_STOPPED -> parts.add("stopped");
      case OUTCOME_INTERRUPTED -> parts.add("interrupted");
      case OUTCOME_FAILED -> parts.add("failed");
    }
    parts.add(PlainText.line(answer.getModel()));
    int context = answer.getContextMessages() + (answer.getChunks() > 0 ? 1 : 0);
    if (answer.getContextMessages() > 0) {
      parts.add("context " + Counts.of(context, "message"));
    }
    if (answer.getChunks() > 0) {
      parts.add(Counts.of(answer.getChunks(), "chunk"));
    }
    if (answer.hasFirstChunkAfter()) {
      parts.add("first after " + seconds(Durations.toNanos(answer.getFirstChunkAfter())));
    }
    if (answer.hasTook()) {
      parts.add(seconds(Durations.toNanos(answer.getTook())) + " in all");
    }
    if (answer.getInputTokens() >= 0 && answer.getOutputTokens() > 0) {
      parts.add(
          "%s in, %,d out"
              .formatted(Counts.of(answer.getInputTokens(), "token"), answer.getOutputTokens()));
    }
    if (answer.getCostNanos() > 0) {
      parts.add("cost " + money(answer.getCostNanos()));
    }
    String reason = answer.getReason();
    boolean complete = answer.getOutcome() == Outcome.OUTCOME_COMPLETE;
    if (complete && !reason.isEmpty() && !reason.equalsIgnoreCase("stop")) {
      parts.add("ended by " + PlainText.line(reason));
    }
    return String.join(" · ", parts);
  }

  /// Why an answer is not whole; empty: it is, or its user wanted no more of it.
  static String fault(Answer answer) {
    return switch (answer.getOutcome()) {
      case OUTCOME_INTERRUPTED -> "interrupted: the server went away (/retry asks again)";
      case OUTCOME_FAILED -> PlainText.line(answer.getError());
      case OUTCOME_UNKNOWN, OUTCOME_COMPLETE, OUTCOME_STOPPED, UNRECOGNIZED -> "";
    };
  }

  /// When to try again, in a line of its own; empty: that will not help, or nothing is known.
  static String again(ChatResponse event) {
    return event.hasRetryAfter()
        ? "\n" + Failures.again(Duration.ofNanos(Durations.toNanos(event.getRetryAfter())))
        : "";
  }

  /// So much of what was said as tells it from the rest, on one line.
  static String shortly(String text) {
    String line = text.substring(0, Math.min(text.length(), MAX_QUOTED + 1));
    return PlainText.line(
        text.length() <= MAX_QUOTED
            ? line
            : line.substring(0, line.offsetByCodePoints(0, line.codePointCount(0, MAX_QUOTED) - 1))
                + "…");
  }

  static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.2f s", nanos / NANOS);
  }

  private static String money(long nanos) {
    return BigDecimal.valueOf(nanos, MONEY_SCALE).stripTrailingZeros().toPlainString();
  }

  private static String clock(long seconds) {
    Duration duration = Duration.ofSeconds(seconds);
    return "%d:%02d:%02d"
        .formatted(duration.toHours(), duration.toMinutesPart(), duration.toSecondsPart());
  }

  /// What is known of a session.
  static List<String> info(SessionInfoResponse info) {
    Session session = info.getSession();
    List<String> lines = new ArrayList<>();
    lines.add("session       " + info.getSessionId());
    if (!session.getTitle().isEmpty()) {
      lines.add("title         " + PlainText.line(session.getTitle()));
    }
    lines.add("model         " + PlainText.line(info.getModel()));
    lines.add(
        "made          %s, %s ago"
            .formatted(PlainText.line(info.getCreatedAt()), clock(info.getDurationSeconds())));
    lines.add(
        "messages      %,d: %,d of yours, %,d of the model's"
            .formatted(info.getMessageCount(), info.getUserMessages(), info.getModelMessages()));
    lines.add(
        "tokens        %,d in, %,d out"
            .formatted(session.getInputTokens(), session.getOutputTokens()));
    if (session.getCostNanos() > 0) {
      lines.add("cost          " + money(session.getCostNanos()));
    }
    if (!session.getSystemPrompt().isEmpty()) {
      lines.add("instructions");
      PlainText.lines(session.getSystemPrompt()).forEach(line -> lines.add("  " + line));
    }
    return lines;
  }

  /// Figures of the server.
  static List<String> server(ServerStatsResponse stats) {
    return List.of(
        "up            " + clock(stats.getUptimeSeconds()),
        "answers       %,d begun: %,d came to their end, %,d failed"
            .formatted(
                stats.getTotalRequests(), stats.getSuccessfulRequests(), stats.getFailedRequests()),
        "mean time     " + String.format(Locale.ROOT, "%.2f s", stats.getAverageResponseTime()),
        "sessions      %,d made, %,d with an answer under way"
            .formatted(stats.getTotalSessionsCreated(), stats.getActiveSessions()),
        "model         " + PlainText.line(stats.getModel()),
        "framework     " + PlainText.line(stats.getFramework()));
  }

  /// Sessions, with the numbers by which they can be spoken of.
  ///
  /// @param current the id of the present one
  static List<String> sessions(List<SessionSummary> sessions, String current) {
    var table = new Table("", "SESSION", "MODEL", "MESSAGES", "AGE", "TITLE");
    int number = 1;
    for (SessionSummary session : sessions) {
      String title = PlainText.line(session.getTitle());
      String answering = session.getAnswering() ? " (answering)" : "";
      boolean present = session.getSessionId().equals(current);
      table.row(
          number++,
          id(session.getSessionId()),
          session.getModel(),
          session.getMessageCount(),
          age(session.getDurationMinutes()),
          title + answering + (present ? " ← this" : ""));
    }
    return table.lines();
  }

  private static String age(long minutes) {
    Duration age = Duration.ofMinutes(minutes);
    if (age.toDays() > 0) {
      return age.toDays() + "d";
    }
    return age.toHours() > 0 ? age.toHours() + "h" : minutes + "m";
  }
}
