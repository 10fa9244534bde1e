package dev.parley.cli.assistant;

import dev.parley.cli.command.Nearest;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The commands of a talk with a model: how they are called, what they take, what they do.
enum CommandWord {
  HELP("[COMMAND]", "what there is to type"),
  NEW("[PROVIDER/MODEL]", "a new session; without a model, with the present one's"),
  SESSIONS("", "your sessions, with their numbers"),
  RESUME("[SESSION]", "go on with another session; without one, with the newest other"),
  INFO("", "what is known of this session: messages, tokens, cost, instructions"),
  MODEL("[PROVIDER/MODEL]", "ask another model from the next answer on; alone: which there are"),
  SYSTEM("[TEXT|-]", "give the model instructions, - for none; alone: shows them"),
  RENAME("TITLE", "give this session a title"),
  STOP("", "end the answer; what has come is kept"),
  RETRY("", "another answer to what you said last"),
  EDIT("NUMBER|last TEXT", "say a turn otherwise, in a new session that has what was before it"),
  FORK("[NUMBER]", "a new session with what was before a turn; alone: with everything"),
  SEARCH("WORDS", "find what was said in all of your sessions"),
  EXPORT("[FILE]", "this session as Markdown, or as a JSON array into a FILE.json"),
  DELETE("[SESSION]", "delete a session for good; without one, this"),
  STATS("", "figures of this talk"),
  SERVER("", "figures of the server"),
  HEALTH("", "whether the server is well"),
  PING("", "how long the way to the server and back takes"),
  CONNECT("", "connect again after /disconnect"),
  DISCONNECT("", "let go of the server; an answer goes on there"),
  CLEAR("", "clear the screen"),
  QUIT("", "end; an answer goes on at the server");

  private final String arguments;
  private final String words;

  CommandWord(String arguments, String words) {
    this.arguments = arguments;
    this.words = words;
  }

  /// As it is typed, such as `/new`.
  String typed() {
    return "/" + name().toLowerCase(Locale.ROOT);
  }

  /// With its arguments, such as `/rename TITLE`.
  String usage() {
    return arguments.isEmpty() ? typed() : typed() + " " + arguments;
  }

  /// Whether it means nothing without an argument.
  boolean needsArgument() {
    return !arguments.isEmpty() && !arguments.startsWith("[");
  }

  /// Whether it takes no argument at all.
  boolean takesNone() {
    return arguments.isEmpty();
  }

  /// A line of help.
  String help() {
    return "  %-26s %s".formatted(usage(), words);
  }

  /// The command that is typed so; case does not matter. Null: none.
  static @Nullable CommandWord of(String typed) {
    for (CommandWord word : values()) {
      if (word.typed().equalsIgnoreCase(typed)) {
        return word;
      }
    }
    return null;
  }

  /// The command that was probably meant; null: nobody knows.
  static @Nullable String like(String typed) {
    return Nearest.to(typed, Stream.of(values()).map(CommandWord::typed).toList());
  }
}
