package dev.parley.core.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.core.topic.SearchWords.Term;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SearchWordsTest {
  private static Term word(String text) {
    return new Term(text, false);
  }

  private static Term prefix(String text) {
    return new Term(text, true);
  }

  @Test
  void wordsAreSplitAtSpacesOfAnyKind() {
    assertThat(SearchWords.parse("  kernel\tpanic\u3000日本 ").terms())
        .containsExactly(word("kernel"), word("panic"), word("日本"));
  }

  @Test
  void quotesMakeAPhrase() {
    assertThat(SearchWords.parse("a \" no sound \" b").terms())
        .containsExactly(word("a"), word("no sound"), word("b"));
    assertThat(SearchWords.parse("a\"b c\"d").terms())
        .containsExactly(word("a"), word("b c"), word("d"));
  }

  @Test
  void quoteThatIsNeverClosedMeansNothing() {
    assertThat(SearchWords.parse("a \"b c").terms())
        .containsExactly(word("a"), word("b"), word("c"));
  }

  @Test
  void starMakesAPrefixOutsideOfQuotesOnly() {
    assertThat(SearchWords.parse("ubu* deb** \"x*\" a*b").terms())
        .containsExactly(prefix("ubu"), prefix("deb"), word("x*"), word("a*b"));
  }

  @Test
  void queryLanguagesOfStoresAreJustWords() {
    assertThat(SearchWords.parse("a OR NEAR(b) -c text:d").terms())
        .containsExactly(word("a"), word("OR"), word("NEAR(b)"), word("-c"), word("text:d"));
  }

  @Test
  void whatHasNeitherLetterNorDigitIsLeftOut() {
    assertThat(SearchWords.parse("* - a \"!\" 👍 7").terms()).containsExactly(word("a"), word("7"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "*", "\"\"", "\"", "- !", "👍"})
  void nothingToSearchForIsRefused(String query) {
    assertThatThrownBy(() -> SearchWords.parse(query))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("search terms: 0 (expected: 1 to 32 words with a letter or digit)");
  }

  @Test
  void tooManyTermsAreRefused() {
    assertThat(SearchWords.parse("a ".repeat(32)).terms()).hasSize(32);
    assertThatThrownBy(() -> SearchWords.parse("a ".repeat(33)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void separatorsThatNoPatternCallsWhiteSpaceAreTrimmedToo() {
    assertThat(SearchWords.parse("a\u001c b\u001f* \"c\u001d\"").terms())
        .extracting(SearchWords.Term::text)
        .containsExactly("a", "b", "c");
  }

  @Property(tries = 1_000)
  void termsAreTrimmedAndWithoutQuotes(@ForAll @StringLength(max = 40) String query) {
    SearchWords words;
    try {
      words = SearchWords.parse(query);
    } catch (IllegalArgumentException e) {
      return;
    }
    assertThat(words.terms())
        .allSatisfy(
            term -> {
              assertThat(term.text()).doesNotContain("\"").isEqualTo(term.text().strip());
              assertThat(term.text().codePoints()).anyMatch(Character::isLetterOrDigit);
              assertThat(term.prefix() && term.text().endsWith("*")).isFalse();
            });
  }
}
