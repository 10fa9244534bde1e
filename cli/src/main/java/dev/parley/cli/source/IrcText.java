package dev.parley.cli.source;

import java.util.regex.Pattern;

/// Makes plain text of what was said on IRC. A pure function.
///
/// mIRC's formatting codes go with their parameters (<https://modern.ircdocs.horse/formatting>),
/// other control characters go too: a server takes none but line feed, carriage return and tab.
final class IrcText {
  private static final Pattern CODES =
      Pattern.compile(
          "\\x03(?:\\d{1,2}(?:,\\d{1,2})?)?"
              + "|\\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?"
              + "|[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]");

  private IrcText() {}

  /// The text without codes. What is empty then is one space, since a server takes no empty text
  /// and the line was said all the same.
  static String plain(String text) {
    String plain = hasCodes(text) ? CODES.matcher(text).replaceAll("") : text;
    return plain.isEmpty() ? " " : plain;
  }

  /// Whether the text holds codes that [#plain] removes.
  static boolean hasCodes(String text) {
    return text.chars().anyMatch(IrcText::isCode);
  }

  /// Whether [#CODES] would find it: asked of every character of every line, where a pattern is
  /// slow.
  private static boolean isCode(int c) {
    return Character.isISOControl(c) && c != '\t' && c != '\n' && c != '\r';
  }
}
