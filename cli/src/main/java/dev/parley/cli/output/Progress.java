package dev.parley.cli.output;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/// Tells how far something long has come, on standard error where that is a terminal: one line that
/// is rewritten. Thread-safe.
public final class Progress {
  private static final long NANOS = 1_000_000_000L;
  private static final long REWRITE_NANOS = NANOS / 5;
  private static final int BAR_CELLS = 16;

  private final PrintWriter err;
  private final boolean terminal;
  private final String verb;
  private final String unit;
  private final LongSupplier nanoTime;
  private final long startNanos;
  private long nextNanos;
  private int shownChars;
  private boolean ended;

  /// @param verb what is done, such as `importing`
  /// @param unit what is counted, such as `messages`
  /// @param nanoTime a clock like [System#nanoTime]
  public Progress(
      PrintWriter err, boolean terminal, String verb, String unit, LongSupplier nanoTime) {
    this.err = err;
    this.terminal = terminal;
    this.verb = verb;
    this.unit = unit;
    this.nanoTime = nanoTime;
    this.startNanos = nanoTime.getAsLong();
    this.nextNanos = startNanos;
  }

  /// So far this much; shown if the last showing is long enough ago.
  ///
  /// @param count units done
  /// @param fraction part of all work that is done, 0 to 1; negative: unknown
  public synchronized void update(long count, double fraction) {
    long now = nanoTime.getAsLong();
    if (terminal && !ended && now - nextNanos >= 0) {
      nextNanos = now + REWRITE_NANOS;
      show(line(count, fraction, now - startNanos));
    }
  }

  /// Shows nothing any more, and says something in a line of its own.
  public synchronized void end(String words) {
    ended = true;
    clear();
    err.println();
    err.println(words);
    err.flush();
  }

  /// Takes the line off the terminal, so that other things can be printed.
  public synchronized void clear() {
    if (shownChars > 0) {
      err.print("\r" + " ".repeat(shownChars) + "\r");
      err.flush();
      shownChars = 0;
    }
  }

  /// Seconds since the beginning.
  public double seconds() {
    return (nanoTime.getAsLong() - startNanos) / (double) NANOS;
  }

  private void show(String line) {
    err.print("\r" + line + " ".repeat(Math.max(0, shownChars - line.length())));
    err.flush();
    shownChars = line.length();
  }

  private String line(long count, double fraction, long tookNanos) {
    double seconds = Math.max(tookNanos, 1) / (double) NANOS;
    String rate = String.format(Locale.ROOT, "%,d %s, %,.0f/s", count, unit, count / seconds);
    if (fraction < 0) {
      return verb + " " + rate;
    }
    double done = Math.clamp(fraction, 0.0, 1.0);
    int full = (int) (done * BAR_CELLS);
    String bar = "█".repeat(full) + "░".repeat(BAR_CELLS - full);
    String left = done > 0.02 ? ", " + duration(seconds / done - seconds) + " left" : "";
    return String.format(Locale.ROOT, "%s %s %3.0f %%  %s%s", verb, bar, done * 100, rate, left);
  }

  private static String duration(double seconds) {
    long whole = Math.round(seconds);
    return whole < 60 ? whole + " s" : "%d:%02d min".formatted(whole / 60, whole % 60);
  }
}
