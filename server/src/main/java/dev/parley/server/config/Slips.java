package dev.parley.server.config;

/// What was typed for a word. Pure functions.
public final class Slips {
  /// Of fewer letters nothing is left of the word if one is wrong.
  private static final int SHORT = 5;

  /// From how many letters on two of them may be wrong.
  private static final int LONG = 8;

  private Slips() {}

  /// Whether it is the word, but for a letter or, in long ones, two that were forgotten, added or
  /// replaced, or changed with the next one.
  static boolean isSlip(String typed, String word) {
    if (typed.length() < SHORT) {
      return typed.equals(word);
    }
    int most = word.length() < LONG ? 1 : 2;
    return Math.abs(typed.length() - word.length()) <= most && distance(typed, word) <= most;
  }

  /// How many letters have to be put in, taken away, replaced, or changed with the next one to make
  /// one word of the other: the "optimal string alignment" form of Damerau and Levenshtein's
  /// distance. Takes as many steps as the product of their lengths.
  public static int distance(String one, String other) {
    int[][] steps = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        if (i == 0 || j == 0) {
          steps[i][j] = i + j;
          continue;
        }
        int replaced = steps[i - 1][j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        int least = Math.min(replaced, 1 + Math.min(steps[i - 1][j], steps[i][j - 1]));
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
