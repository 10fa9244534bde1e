package dev.parley.cli.assistant;

import com.google.protobuf.util.Durations;
import dev.parley.assistant.v1.Answer;
import dev.parley.assistant.v1.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// What `/stats` tells of this talk. Owned by the loop.
final class Figures {
  private final long beganNanos;
  private long said;
  private long complete;
  private long others;
  private long chunks;
  private long answerNanos;
  private long attempts;
  private long connections;
  private long made;

  /// @param nowNanos when the talk begins
  Figures(long nowNanos) {
    beganNanos = nowNanos;
  }

  void said() {
    said++;
  }

  void chunk() {
    chunks++;
  }

  void ended(Answer answer) {
    if (answer.getOutcome() == Outcome.OUTCOME_COMPLETE) {
      complete++;
    } else {
      others++;
    }
    answerNanos += Durations.toNanos(answer.getTook());
  }

  void connecting() {
    attempts++;
  }

  void connected() {
    connections++;
  }

  void made() {
    made++;
  }

  List<String> lines(long nowNanos, String connection) {
    Duration lasted = Duration.ofNanos(nowNanos - beganNanos);
    long ended = complete + others;
    return List.of(
        "talk          %d:%02d:%02d"
            .formatted(lasted.toHours(), lasted.toMinutesPart(), lasted.toSecondsPart()),
        "said          " + said,
        "answers       %,d complete, %,d stopped or failed".formatted(complete, others),
        "chunks        %,d, %s an answer".formatted(chunks, mean(chunks, ended)),
        "mean time     " + (ended == 0 ? "-" : Words.seconds(answerNanos / ended)),
        "connections   %,d, after %,d tries".formatted(connections, attempts),
        "made          %,d sessions".formatted(made),
        "now           " + connection);
  }

  private static String mean(long sum, long count) {
    return count == 0 ? "-" : String.format(Locale.ROOT, "%.1f", (double) sum / count);
  }
}
