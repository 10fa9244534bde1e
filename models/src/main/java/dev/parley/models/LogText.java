package dev.parley.models;

import org.jspecify.annotations.Nullable;

/// What providers say, as a part of a line of the log. Pure functions.
final class LogText {
  private static final int MAX_CHARS = 200;

  private LogText() {}

  /// The beginning of a message, in one line.
  static String of(@Nullable Throwable e) {
    String text = e == null ? "" : String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}+", " ");
    return text.length() > MAX_CHARS ? text.substring(0, MAX_CHARS) + "…" : text;
  }
}
