package dev.parley.cli;

import java.util.ArrayList;
import java.util.List;

/// Lets the texts of help be wrapped where the terminal ends, and not also where their source does.
/// A pure function, and another to wrap what picocli does not.
final class Paragraphs {
  private Paragraphs() {}

  /// Joins the lines of each paragraph. What is indented stays as it is, such as an example.
  static String[] join(String... lines) {
    List<String> joined = new ArrayList<>();
    for (String line : lines) {
      if (isProse(line) && !joined.isEmpty() && isProse(joined.getLast())) {
        joined.set(joined.size() - 1, joined.getLast() + " " + line);
      } else {
        joined.add(line);
      }
    }
    return joined.toArray(String[]::new);
  }

  private static boolean isProse(String line) {
    return !line.isEmpty() && line.charAt(0) != ' ';
  }

  /// Lines of at most `width` columns, if no word is longer.
  static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    for (String word : text.split(" ", -1)) {
      if (!lines.isEmpty() && lines.getLast().length() + 1 + word.length() <= width) {
        lines.set(lines.size() - 1, lines.getLast() + " " + word);
      } else {
        lines.add(word);
      }
    }
    return lines;
  }
}
