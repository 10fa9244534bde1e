package dev.parley.cli.chat;

import org.jspecify.annotations.Nullable;

/// What `/help` says. Pure functions.
final class HelpText {
  private static final String KEYS =
      """

      Whatever does not begin with / is said in the room; // says a line that begins with /.
      NUMBER is what stands before a message. @NAME mentions somebody. Tab completes, the up
      arrow brings back what you typed. Ctrl-C clears the line, on an empty line it ends;
      Ctrl-D ends too.\
      """;

  private HelpText() {}

  /// @param word the command to explain; null: all
  static String of(@Nullable CommandWord word) {
    if (word != null) {
      return line(word);
    }
    StringBuilder text = new StringBuilder();
    for (CommandWord each : CommandWord.values()) {
      text.append(line(each)).append('\n');
    }
    return text + KEYS;
  }

  private static String line(CommandWord word) {
    return "  %-32s %s".formatted(word.usage(), word.words());
  }
}
