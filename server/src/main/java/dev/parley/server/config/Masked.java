package dev.parley.server.config;

import java.util.regex.Pattern;

/// Names and values as messages may tell them: a credential may have come to stand anywhere. Pure
/// functions.
final class Masked {
  /// What is no credential: of those some are longer, and most have a digit or a capital.
  private static final Pattern HARMLESS = Pattern.compile("[a-z.-]{1,40}|-?[0-9]{1,12}");

  private static final int MAX_TOLD_CHARS = 4;

  private Masked() {}

  /// All of it if it is like a usual name or number, else its beginning.
  static String unlessHarmless(String text) {
    return HARMLESS.matcher(text).matches() ? text : beginning(text);
  }

  /// Its beginning.
  static String beginning(String text) {
    return text.substring(0, Math.min(text.length(), MAX_TOLD_CHARS)) + "…";
  }
}
