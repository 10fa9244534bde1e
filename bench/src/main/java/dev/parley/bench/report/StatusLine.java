package dev.parley.bench.report;

import java.io.PrintWriter;

/// One line on a terminal that is rewritten. Owned by one thread.
public final class StatusLine {
  private final PrintWriter err;
  private final boolean terminal;
  private int shownChars;

  /// @param terminal whether anybody sees it; else nothing is written
  public StatusLine(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  /// Writes it anew.
  public void show(String line) {
    if (terminal) {
      err.print("\r" + line + " ".repeat(Math.max(0, shownChars - line.length())));
      err.flush();
      shownChars = line.length();
    }
  }

  /// Takes it off the terminal.
  public void clear() {
    if (shownChars > 0) {
      err.print("\r" + " ".repeat(shownChars) + "\r");
      err.flush();
      shownChars = 0;
    }
  }
}
