package dev.parley.core.limit;

import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import java.nio.charset.StandardCharsets;

/// Form of what clients send: sizes, characters, ranges. Whoever turns a frame into a command calls
/// these, so that rules see well-formed values only. Pure.
public final class Checks {
  private static final char LINE_SEPARATOR = '\u2028';
  private static final char PARAGRAPH_SEPARATOR = '\u2029';

  private Checks() {}

  /// An id of a user, a room or a message.
  public static String id(String field, String value) throws RefusedException {
    if (value.isEmpty()) {
      throw invalid(field + ": empty (expected: 1 to %d bytes)".formatted(Limits.MAX_ID_BYTES));
    }
    size(field, value, Limits.MAX_ID_BYTES);
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (control(c) || Character.isWhitespace(c) || Character.isSpaceChar(c) || half(value, i)) {
        throw character(field, value, i, "no white space, no control characters");
      }
    }
    return value;
  }

  /// A client's own id of a message or another request.
  public static String key(String field, String value) throws RefusedException {
    if (value.isEmpty()) {
      throw invalid(field + ": empty (expected: 1 to %d bytes)".formatted(Limits.MAX_ID_BYTES));
    }
    return line(field, value, Limits.MAX_ID_BYTES);
  }

  /// A name or another single line that may be empty.
  public static String line(String field, String value, int maxBytes) throws RefusedException {
    size(field, value, maxBytes);
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (control(c) || c == LINE_SEPARATOR || c == PARAGRAPH_SEPARATOR || half(value, i)) {
        throw character(field, value, i, "no control characters");
      }
    }
    return value;
  }

  /// A size of page.
  ///
  /// @param value what was asked for; 0: the default
  public static int page(String field, int value, int defaultValue, int max)
      throws RefusedException {
    if (value < 0) {
      throw invalid("%s: %d (expected: 0 to %d)".formatted(field, value, max));
    }
    return value == 0 ? defaultValue : Math.min(value, max);
  }

  /// What somebody says: lines of text.
  public static String text(String field, String text, int maxBytes) throws RefusedException {
    if (text.isEmpty()) {
      throw invalid(field + ": empty (expected: 1 byte or more)");
    }
    size(field, text, maxBytes);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((control(c) && c != '\n' && c != '\r' && c != '\t') || half(text, i)) {
        throw character(field, text, i, "no control characters");
      }
    }
    return text;
  }

  /// A size, a place or another number that is not below zero.
  public static long notNegative(String field, long value) throws RefusedException {
    if (value < 0) {
      throw invalid("%s: %d (expected: >= 0)".formatted(field, value));
    }
    return value;
  }

  /// That a text is not too large.
  public static void size(String field, String value, int maxBytes) throws RefusedException {
    // a char is 1 to 3 bytes of UTF-8, so most values need no counting
    if (value.length() * 3L <= maxBytes) {
      return;
    }
    int bytes = value.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > maxBytes) {
      throw new RefusedException(
          Reason.TOO_LARGE.because(
              "%s: %d bytes (expected: at most %d)".formatted(field, bytes, maxBytes)));
    }
  }

  private static boolean control(char c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f);
  }

  /// Whether a surrogate stands without its other half, which UTF-8 cannot say.
  private static boolean half(String value, int i) {
    char c = value.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == value.length() || !Character.isLowSurrogate(value.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(value.charAt(i - 1)));
  }

  private static RefusedException character(String field, String value, int i, String expected) {
    return invalid(
        "%s: character U+%04X at %d (expected: %s)"
            .formatted(field, (int) value.charAt(i), i, expected));
  }

  private static RefusedException invalid(String message) {
    return new RefusedException(Reason.INVALID_REQUEST.because(message));
  }
}
