package dev.parley.core.room;

import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Form of what clients send: sizes, characters, ranges. Whoever turns a frame into a command calls
/// these, so that rules see well-formed values only. Pure.
public final class Checks {
  private static final char LINE_SEPARATOR = '\u2028';
  private static final char PARAGRAPH_SEPARATOR = '\u2029';

  /// No other schemes: a client that makes a link of what it gets must not be led to `javascript:`
  /// or `file:`. Beyond ASCII everything is taken, as browsers do, but spaces.
  private static final Pattern URL =
      Pattern.compile("(?iU)https?://[^\\s\\p{C}<>\"\\\\^`{|}/?#@:][^\\s\\p{C}<>\"\\\\^`{|}]*");

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

  /// What is put on a message: an emoji or its short code.
  public static String emoji(String value) throws RefusedException {
    if (value.isEmpty()) {
      throw invalid("emoji: empty (expected: 1 to %d bytes)".formatted(Limits.MAX_EMOJI_BYTES));
    }
    return line("emoji", value, Limits.MAX_EMOJI_BYTES);
  }

  /// The content of a message.
  public static Content content(@Nullable Content content) throws RefusedException {
    switch (content) {
      case null -> throw invalid("content: missing (expected: text, image or file, or an action)");
      case Content.Text text -> text("content.text", text.text(), Limits.MAX_TEXT_BYTES);
      case Content.Image image -> {
        url("image.url", image.url());
        line("image.alt_text", image.altText(), Limits.MAX_DESCRIPTION_BYTES);
        notNegative("image.width", image.width());
        notNegative("image.height", image.height());
      }
      case Content.File file -> {
        url("file.url", file.url());
        line("file.filename", file.name(), Limits.MAX_FILE_NAME_BYTES);
        line("file.mime_type", file.mediaType(), Limits.MAX_FILE_NAME_BYTES);
        notNegative("file.size_bytes", file.sizeBytes());
      }
    }
    return content;
  }

  /// Ids of mentioned users.
  public static List<String> mentions(List<String> users) throws RefusedException {
    if (users.size() > Limits.MAX_MENTIONS) {
      throw new RefusedException(
          Reason.TOO_LARGE.because(
              "mentions: %d (expected: at most %d)".formatted(users.size(), Limits.MAX_MENTIONS)));
    }
    for (String user : users) {
      id("mentions", user);
    }
    return users;
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

  private static void url(String field, String value) throws RefusedException {
    size(field, value, Limits.MAX_URL_BYTES);
    if (!URL.matcher(value).matches()) {
      throw invalid(field + ": no web address (expected: such as https://example.org/a.png)");
    }
  }

  private static void notNegative(String field, long value) throws RefusedException {
    if (value < 0) {
      throw invalid("%s: %d (expected: >= 0)".formatted(field, value));
    }
  }

  private static void size(String field, String value, int maxBytes) throws RefusedException {
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
