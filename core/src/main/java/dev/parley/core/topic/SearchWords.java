package dev.parley.core.topic;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What to search for: terms that must all occur. Parsed here, so that no store ever interprets a
/// user's words as its own query language.
///
/// @param terms at least one, at most [#MAX_TERMS]
public record SearchWords(List<Term> terms) {
  /// Most terms in one search; further ones are refused.
  public static final int MAX_TERMS = 32;

  private static final Pattern TERM =
      Pattern.compile("\"([^\"]*)\"|([^\\s\"]+)", Pattern.UNICODE_CHARACTER_CLASS);

  private static final Pattern STARS = Pattern.compile("\\*+$");

  /// One or several words that must stand together, in this order.
  ///
  /// @param text the words; letters or digits occur in it
  /// @param prefix whether the last word may be only the beginning of one
  public record Term(String text, boolean prefix) {}

  public SearchWords {
    terms = List.copyOf(terms);
  }

  /// Parses words, "phrases" and prefixes*. What has neither letter nor digit is left out; a quote
  /// that is never closed means nothing.
  ///
  /// @throws IllegalArgumentException if nothing is left, or too much
  public static SearchWords parse(String query) {
    List<Term> terms = new ArrayList<>();
    Matcher matcher = TERM.matcher(query);
    while (matcher.find()) {
      String phrase = matcher.group(1);
      String text = (phrase != null ? phrase : matcher.group(2)).strip();
      boolean prefix = phrase == null && text.endsWith("*");
      if (text.codePoints().anyMatch(Character::isLetterOrDigit)) {
        terms.add(new Term(prefix ? STARS.matcher(text).replaceAll("").strip() : text, prefix));
      }
    }
    if (terms.isEmpty() || terms.size() > MAX_TERMS) {
      throw new IllegalArgumentException(
          "search terms: %d (expected: 1 to %d words with a letter or digit)"
              .formatted(terms.size(), MAX_TERMS));
    }
    return new SearchWords(terms);
  }
}
