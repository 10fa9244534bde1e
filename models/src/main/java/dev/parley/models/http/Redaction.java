package dev.parley.models.http;

/// Keeps a secret out of what is told. Pure functions.
final class Redaction {
  private static final String INSTEAD = "[credential]";

  /// Shorter ones are no secrets, but words.
  private static final int MIN_SECRET_CHARS = 4;

  /// So much of the beginning is as bad as the whole: a text that is too long may have been cut
  /// within it. Less is found in other texts, too; many credentials begin alike.
  private static final int MIN_BEGINNING_CHARS = 10;

  private Redaction() {}

  /// A text without a secret, be it in capitals: the parser of HTTP tells so what it cannot read.
  ///
  /// @param secret empty: none
  static String redact(String text, String secret) {
    if (secret.length() < MIN_SECRET_CHARS) {
      return text;
    }
    int beginning = Math.min(secret.length(), MIN_BEGINNING_CHARS);
    StringBuilder redacted = new StringBuilder(text.length());
    int from = 0;
    for (int at = 0; at + beginning <= text.length(); at++) {
      if (text.regionMatches(true, at, secret, 0, beginning)) {
        redacted.append(text, from, at).append(INSTEAD);
        from = at + beginning;
        while (from < text.length()
            && from - at < secret.length()
            && text.regionMatches(true, from, secret, from - at, 1)) {
          from++;
        }
        at = from - 1;
      }
    }
    return redacted.append(text, from, text.length()).toString();
  }
}
