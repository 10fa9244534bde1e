package dev.parley.bench;

import dev.parley.bench.load.Plan;
import dev.parley.bench.load.Referee.Moment;
import dev.parley.bench.measure.Tally;
import dev.parley.bench.report.StatusLine;
import java.io.PrintWriter;
import java.util.Locale;

/// Tells on a terminal how far the run has come. Owned by one thread.
final class Progress {
  private final StatusLine line;
  private final Plan plan;
  private Moment moment = Moment.BEGIN;
  private Tally before = Tally.ZERO;
  private long beforeNanos = System.nanoTime();

  /// @param terminal whether anybody sees it
  Progress(PrintWriter err, boolean terminal, Plan plan) {
    line = new StatusLine(err, terminal);
    this.plan = plan;
  }

  /// A part is over, another begins.
  void at(Moment reached) {
    moment = reached;
    line.show(
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
    line.show(
        String.format(
            Locale.ROOT,
            "%s: %,.0f sent/s, %,.0f delivered/s",
            moment == Moment.MEASURE ? "measuring" : "warming up",
            since.acknowledged() / seconds,
            since.deliveries() / seconds));
  }

  /// Takes the line off the terminal.
  void clear() {
    line.clear();
  }
}
