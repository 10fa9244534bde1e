package dev.parley.cli.assistant;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a typed line means.
///
/// A line that begins with `/` is a command, one that begins with `//` a turn that begins with `/`,
/// anything else a turn.
sealed interface Input {
  /// An empty line.
  record Nothing() implements Input {}

  /// Something for the model.
  record Say(String text) implements Input {}

  /// A command.
  ///
  /// @param rest what follows it, without spaces around it
  record Command(CommandWord word, String rest) implements Input {}

  /// A line that means nothing.
  ///
  /// @param words why, and what was expected
  record Wrong(String words) implements Input {}

  /// A first word and the rest.
  Pattern FIRST_WORD = Pattern.compile("(\\S*)\\s*(.*)", Pattern.DOTALL);

  /// Understands a line. A pure function.
  static Input of(String line) {
    String text = line.strip();
    if (text.isEmpty()) {
      return new Nothing();
    }
    if (!text.startsWith("/")) {
      return new Say(text);
    }
    if (text.startsWith("//")) {
      return new Say(text.substring(1));
    }
    Matcher words = FIRST_WORD.matcher(text);
    if (!words.matches()) {
      return new Say(text);
    }
    String rest = words.group(2);
    CommandWord word = CommandWord.of(words.group(1));
    if (word == null) {
      return unknown(words.group(1));
    }
    boolean fits = rest.isEmpty() ? !word.needsArgument() : !word.takesNone();
    return fits ? new Command(word, rest) : new Wrong("expected: " + word.usage());
  }

  /// There is no such command.
  static Wrong unknown(String typed) {
    String like = CommandWord.like(typed);
    String hint = like == null ? "/help lists all" : "did you mean " + like + "?";
    return new Wrong(
        "%s: there is no such command; %s (to say it, begin with //)".formatted(typed, hint));
  }
}
