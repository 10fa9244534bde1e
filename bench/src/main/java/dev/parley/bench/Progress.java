package dev.parley.bench;

import dev.parley.bench.load.Plan;
import dev.parley.bench.load.Referee.Moment;
import dev.parley.bench.measure.Tally;
import java.io.PrintWriter;
import java.util.Locale;

/// Tells on a terminal how far the run has come: one line that is rewritten. Owned by one thread.
final class Progress {
  private final PrintWriter err;
  private final boolean terminal;
  private final Plan plan;
  private Moment moment = Moment.BEGIN;
  private Tally before = Tally.ZERO;
  private long beforeNanos = System.nanoTime();
  private int shownChars;

  /// @param terminal whether anybody sees it
  Progress(PrintWriter err, boolean terminal, Plan plan) {
    this.err = err;
    this.terminal = terminal;
    this.plan = plan;
  }

  /// A part is over, another begins.
  void at(Moment reached) {
    moment = reached;
    show(
        switch (reached) {
          case BEGIN -> "connecting %,d streams".formatted(plan.streams());
          case CONNECTED -> "warming up";
          case MEASURE -> "measuring";
          case STOP -> "waiting for what is under way";
          case SETTLED -> "done";
        });
  }

  /// Counted so far.
  void show(Tally tally) {
    long now = System.nanoTime();
    double seconds = Math.max(1, now - beforeNanos) / 1e9;
    Tally since = tally.since(before);
    before = tally;
    beforeNanos = now;
    show(
        String.format(
            Locale.ROOT,
            "%s: %,.0f sent/s, %,.0f delivered/s",
            moment == Moment.MEASURE ? "measuring" : "warming up",
            since.acknowledged() / seconds,
            since.deliveries() / seconds));
  }

  /// Takes the line off the terminal.
  void clear() {
    if (shownChars > 0) {
      err.print("\r" + " ".repeat(shownChars) + "\r");
      err.flush();
      shownChars = 0;
    }
  }

  private void show(String line) {
    if (terminal) {
      err.print("\r" + line + " ".repeat(Math.max(0, shownChars - line.length())));
      err.flush();
      shownChars = line.length();
    }
  }
}
