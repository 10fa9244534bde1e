package dev.parley.testkit.topic;

import dev.parley.core.topic.SearchWords;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// Search by looking at every text: words are runs of letters and digits, without regard to case
/// and accents.
final class Words {
  private Words() {}

  static boolean match(SearchWords wanted, String text) {
    List<String> words = split(text);
    return wanted.terms().stream().allMatch(term -> occurs(term, words));
  }

  private static boolean occurs(SearchWords.Term term, List<String> words) {
    List<String> phrase = split(term.text());
    return IntStream.rangeClosed(0, words.size() - phrase.size())
        .anyMatch(start -> standsAt(start, phrase, term.prefix(), words));
  }

  private static boolean standsAt(
      int start, List<String> phrase, boolean prefix, List<String> words) {
    int last = phrase.size() - 1;
    return IntStream.rangeClosed(0, last)
        .allMatch(
            i -> {
              String word = words.get(start + i);
              return (prefix && i == last)
                  ? word.startsWith(phrase.get(i))
                  : word.equals(phrase.get(i));
            });
  }

  private static List<String> split(String text) {
    String plain =
        Normalizer.normalize(text, Normalizer.Form.NFD)
            .replaceAll("\\p{M}", "")
            .toLowerCase(Locale.ROOT);
    return Arrays.stream(plain.split("[^\\p{L}\\p{N}]+")).filter(word -> !word.isEmpty()).toList();
  }
}
