package dev.parley.cli.command;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Finds the word that was probably meant. A pure function.
public final class Nearest {
  private Nearest() {}

  /// The one of these that is most like what was typed; null: none is much like it.
  public static @Nullable String to(String typed, Collection<String> words) {
    String lower = typed.toLowerCase(Locale.ROOT);
    return words.stream()
        .filter(word -> distance(lower, word.toLowerCase(Locale.ROOT)) <= most(lower))
        .min(Comparator.comparingInt(word -> distance(lower, word.toLowerCase(Locale.ROOT))))
        .orElse(null);
  }

  // Of four letters one may be wrong, besides two that changed places.
  private static int most(String typed) {
    return 1 + typed.length() / 4;
  }

  /// How many letters have to be put in, taken away, replaced, or changed with the next one (the
  /// "optimal string alignment" form of Damerau and Levenshtein's distance); what is only the
  /// beginning of a word is one away from it.
  private static int distance(String one, String other) {
    if (one.length() > 1 && other.startsWith(one)) {
      return one.equals(other) ? 0 : 1;
    }
    int[][] steps = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        if (i == 0 || j == 0) {
          steps[i][j] = i + j;
          continue;
        }
        boolean same = one.charAt(i - 1) == other.charAt(j - 1);
        int least = steps[i - 1][j - 1] + (same ? 0 : 1);
        least = Math.min(least, 1 + Math.min(steps[i - 1][j], steps[i][j - 1]));
        boolean changed =
            i > 1
                && j > 1
                && one.charAt(i - 1) == other.charAt(j - 2)
                && one.charAt(i - 2) == other.charAt(j - 1);
        steps[i][j] = changed ? Math.min(least, 1 + steps[i - 2][j - 2]) : least;
      }
    }
    return steps[one.length()][other.length()];
  }
}
