package dev.parley.bench.gateway;

import java.util.Locale;

/// How an answer ended, as the one who asked was told.
///
/// @param kind what it was
/// @param words what was said of it; empty: nothing
record Told(Kind kind, String words) {
  /// What it was.
  enum Kind {
    /// The proper end.
    COMPLETE,
    /// An error, said to be one.
    ERROR,
    /// The stream or the connection ended without a word.
    CUT,
    /// Something came that is not what the protocol allows.
    GARBLED,
    /// Nothing, for as long as anybody waited.
    NOTHING
  }

  private static final int MAX_WORDS = 200;

  Told {
    words = words.length() > MAX_WORDS ? words.substring(0, MAX_WORDS) + "…" : words;
  }

  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return words.isEmpty() ? name : name + ": " + words;
  }
}
