package dev.parley.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jline.utils.AttributedString;

/// Breaks lines between words, so that what follows stands below the text and not below its time or
/// the mark of an item. A pure function.
///
/// A word that is too long for a line of its own is left to the terminal, which then still knows
/// that it is one, for whoever copies it.
public final class Wrap {
  private static final Pattern BEFORE_TEXT =
      Pattern.compile("(\\d\\d:\\d\\d *\\d*)? *((•|│|\\d{1,3}\\.) )*");

  private Wrap() {}

  /// The line, in parts that fit.
  ///
  /// @param width columns of the terminal; 0: unknown, and nothing is broken
  public static List<AttributedString> at(int width, AttributedString line) {
    if (width <= 0 || line.columnLength() <= width) {
      return List.of(line);
    }
    Matcher before = BEFORE_TEXT.matcher(line);
    int text = before.lookingAt() ? before.end() : 0;
    var indent = new AttributedString(" ".repeat(Math.min(text, width / 4)));
    List<AttributedString> parts = new ArrayList<>();
    int start = 0;
    int lastBreak = 0;
    int columns = 0;
    for (int i = text + 1; i <= line.length(); i++) {
      // Of several spaces at a break all are gone, also those that come only now.
      if (i >= start && (i == line.length() || isBreak(line, i))) {
        columns += line.subSequence(Math.max(lastBreak, start), i).columnLength();
        if (columns > width && lastBreak > start) {
          parts.add(part(indent, line, start, lastBreak));
          start = afterSpaces(line, lastBreak);
          columns = indent.length() + line.subSequence(Math.min(start, i), i).columnLength();
        }
        lastBreak = i;
      }
    }
    if (start < line.length()) {
      parts.add(part(indent, line, start, line.length()));
    }
    return parts;
  }

  private static AttributedString part(
      AttributedString indent, AttributedString line, int start, int end) {
    AttributedString part = line.subSequence(start, end);
    return start == 0 ? part : AttributedString.join(AttributedString.EMPTY, indent, part);
  }

  // Between words; scripts of Eastern Asia have no spaces and may be broken anywhere.
  private static boolean isBreak(AttributedString line, int at) {
    char next = line.charAt(at);
    return next == ' '
        || Character.isIdeographic(next)
        || Character.UnicodeScript.of(next) == Character.UnicodeScript.HIRAGANA
        || Character.UnicodeScript.of(next) == Character.UnicodeScript.KATAKANA;
  }

  private static int afterSpaces(AttributedString line, int from) {
    int start = from;
    while (start < line.length() && line.charAt(start) == ' ') {
      start++;
    }
    return start;
  }
}
