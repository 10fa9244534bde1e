package dev.parley.cli.command;

import dev.parley.server.config.Slips;
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

  /// What is only the beginning of a word is one away from it.
  private static int distance(String one, String other) {
    if (one.length() > 1 && other.startsWith(one)) {
      return one.equals(other) ? 0 : 1;
    }
    return Slips.distance(one, other);
  }
}
