package dev.parley.cli.output;

import java.util.ArrayList;
import java.util.List;

/// Makes text that others wrote safe to show on a terminal. Pure functions.
///
/// A terminal obeys control characters, so a message could otherwise move the cursor, change the
/// title or forge lines of other people. C0 and DEL become their visible pictures (`␛`), C1 and
/// unpaired surrogates `�`; directional overrides, embeddings and isolates, which let text pose as
/// other text, are left out; the marks that right-to-left scripts need stay.
public final class PlainText {
  /// Lines of one message that are shown; what is longer is cut with a note.
  public static final int MAX_LINES = 60;

  private static final int PICTURES = 0x2400;
  private static final char PICTURE_OF_DELETE = '\u2421';
  private static final char REPLACEMENT = '\ufffd';
  private static final String TAB = "    ";

  private PlainText() {}

  /// On one line: line ends are shown as `␊`.
  public static String line(String text) {
    return clean(text.strip()).replace('\n', '␊');
  }

  /// Line by line, at least one and at most [#MAX_LINES].
  public static List<String> lines(String text) {
    String[] all = clean(text).split("\n", -1);
    int count = all.length;
    while (count > 1 && all[count - 1].isEmpty()) {
      count--;
    }
    List<String> lines = new ArrayList<>(List.of(all).subList(0, Math.min(count, MAX_LINES)));
    if (count > MAX_LINES) {
      lines.set(MAX_LINES - 1, "(and %,d more lines)".formatted(count - MAX_LINES + 1));
    }
    return lines;
  }

  /// All of it, with its lines.
  public static String text(String text) {
    return clean(text);
  }

  private static String clean(String text) {
    StringBuilder clean = new StringBuilder(text.length() + 16);
    int length = text.length();
    for (int i = 0; i < length; ) {
      int character = text.codePointAt(i);
      i += Character.charCount(character);
      if (character == '\r' && i < length && text.charAt(i) == '\n') {
        continue;
      }
      append(clean, character);
    }
    return clean.toString();
  }

  private static void append(StringBuilder clean, int character) {
    if (character == '\n' || character == 0x2028 || character == 0x2029) {
      clean.append('\n');
    } else if (character == '\t') {
      clean.append(TAB);
    } else if (character < 0x20) {
      clean.append((char) (PICTURES + character));
    } else if (character == 0x7f) {
      clean.append(PICTURE_OF_DELETE);
    } else if (isUpperControl(character) || isSurrogate(character)) {
      clean.append(REPLACEMENT);
    } else if (!isDirectional(character)) {
      clean.appendCodePoint(character);
    }
  }

  private static boolean isSurrogate(int character) {
    return isIn(character, Character.MIN_SURROGATE, Character.MAX_SURROGATE);
  }

  private static boolean isUpperControl(int character) {
    return isIn(character, 0x80, 0x9f);
  }

  private static boolean isIn(int character, int first, int last) {
    return character >= first && character <= last;
  }

  private static boolean isDirectional(int character) {
    return isIn(character, 0x202a, 0x202e) || isIn(character, 0x2066, 0x2069);
  }
}
