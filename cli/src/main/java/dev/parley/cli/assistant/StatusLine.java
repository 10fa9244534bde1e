package dev.parley.cli.assistant;

import dev.parley.cli.output.PlainText;
import dev.parley.cli.render.Names;
import dev.parley.cli.render.Styles;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/// The line at the bottom: who talks in which session with which model, what comes, how the
/// connection is. Pure functions.
final class StatusLine {
  private static final AttributedStyle BAR = AttributedStyle.DEFAULT.inverse();
  private static final long NANOS = 1_000_000_000L;

  private StatusLine() {}

  static AttributedString of(String user, Talk talk) {
    AttributedStringBuilder line = new AttributedStringBuilder();
    line.styled(BAR, " " + Names.id(user));
    if (talk.session().getId().isEmpty()) {
      line.styled(BAR, " in no session");
    } else {
      line.styled(
          BAR,
          " in %s with %s"
              .formatted(Words.named(talk.session()), PlainText.line(talk.session().getModel())));
    }
    line.styled(BAR, talk.isConnected() ? " " : " · " + talk.connection() + " ");
    if (talk.waiting() > 0) {
      line.append("  ").styled(Styles.DIM, "⧖ %d waiting".formatted(talk.waiting()));
    }
    if (talk.answer() != null && talk.isConnected()) {
      String ends = talk.isStopping() ? "stopping" : "Ctrl-C stops";
      line.append("  ")
          .styled(Styles.DIM, "answering, %d s · %s".formatted(talk.answerNanos() / NANOS, ends));
    }
    return line.toAttributedString();
  }
}
