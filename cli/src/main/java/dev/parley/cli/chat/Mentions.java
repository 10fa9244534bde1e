package dev.parley.cli.chat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds whom a text speaks of: `@ann`. A pure function.
final class Mentions {
  private static final int MAX_MENTIONS = 100;
  private static final Pattern MENTION = Pattern.compile("(?<![\\w@.])@(\\S+)");
  private static final Pattern TRAILING = Pattern.compile("[.,:;!?)\\]}'\"…]+$");

  private Mentions() {}

  /// Ids of those known people that the text mentions, each once, at most 100.
  static List<String> in(String text, Collection<String> people) {
    List<String> mentioned = new ArrayList<>();
    Matcher mention = MENTION.matcher(text);
    while (mention.find() && mentioned.size() < MAX_MENTIONS) {
      String name = mention.group(1);
      if (!people.contains(name)) {
        name = TRAILING.matcher(name).replaceFirst("");
      }
      if (people.contains(name) && !mentioned.contains(name)) {
        mentioned.add(name);
      }
    }
    return mentioned;
  }
}
