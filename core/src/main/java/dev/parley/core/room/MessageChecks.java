package dev.parley.core.room;

import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Checks;
import dev.parley.core.limit.Limits;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Form of what messages of rooms consist of, as [Checks] of other values. Pure.
public final class MessageChecks {
  /// No other schemes: a client that makes a link of what it gets must not be led to `javascript:`
  /// or `file:`. Beyond ASCII everything is taken, as browsers do, but spaces.
  private static final Pattern URL =
      Pattern.compile("(?iU)https?://[^\\s\\p{C}<>\"\\\\^`{|}/?#@:][^\\s\\p{C}<>\"\\\\^`{|}]*");

  private MessageChecks() {}

  /// What is put on a message: an emoji or its short code.
  public static String emoji(String value) throws RefusedException {
    if (value.isEmpty()) {
      throw invalid("emoji: empty (expected: 1 to %d bytes)".formatted(Limits.MAX_EMOJI_BYTES));
    }
    return Checks.line("emoji", value, Limits.MAX_EMOJI_BYTES);
  }

  /// The content of a message.
  public static Content content(@Nullable Content content) throws RefusedException {
    switch (content) {
      case null -> throw invalid("content: missing (expected: text, image or file, or an action)");
      case Content.Text text -> Checks.text("content.text", text.text(), Limits.MAX_TEXT_BYTES);
      case Content.Image image -> {
        url("image.url", image.url());
        Checks.line("image.alt_text", image.altText(), Limits.MAX_DESCRIPTION_BYTES);
        Checks.notNegative("image.width", image.width());
        Checks.notNegative("image.height", image.height());
      }
      case Content.File file -> {
        url("file.url", file.url());
        Checks.line("file.filename", file.name(), Limits.MAX_FILE_NAME_BYTES);
        Checks.line("file.mime_type", file.mediaType(), Limits.MAX_FILE_NAME_BYTES);
        Checks.notNegative("file.size_bytes", file.sizeBytes());
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
      Checks.id("mentions", user);
    }
    return users;
  }

  private static void url(String field, String value) throws RefusedException {
    Checks.size(field, value, Limits.MAX_URL_BYTES);
    if (!URL.matcher(value).matches()) {
      throw invalid(field + ": no web address (expected: such as https://example.org/a.png)");
    }
  }

  private static RefusedException invalid(String message) {
    return new RefusedException(Reason.INVALID_REQUEST.because(message));
  }
}
