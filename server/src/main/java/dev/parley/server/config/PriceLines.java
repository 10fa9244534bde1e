package dev.parley.server.config;

import dev.parley.models.Prices;
import dev.parley.models.Prices.Price;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The price table as it is configured, by lines `price.PROVIDER/MODEL = INPUT OUTPUT [CACHED]`.
final class PriceLines {
  /// What all lines about prices begin with.
  static final String PREFIX = "price.";

  private static final String EXPECTED =
      "PROVIDER/MODEL = what a million tokens of input, of output and of cached input cost, such as"
          + " 3 15 0.3";

  private static final String NUMBER = "(\\d{1,9}(?:\\.\\d{1,9})?)";
  private static final Pattern NUMBERS =
      Pattern.compile(NUMBER + "\\s+" + NUMBER + "(?:\\s+" + NUMBER + ")?");

  private PriceLines() {}

  /// The table.
  ///
  /// @param lines names without [#PREFIX]
  /// @param providers names of those that there are
  /// @param errors gets what of the lines cannot be used
  static Prices parse(Map<String, String> lines, Set<String> providers, ConfigErrors errors) {
    return new Prices(
        ModelLines.parse(PREFIX, EXPECTED, lines, providers, PriceLines::price, errors));
  }

  private static @Nullable Price price(String text) {
    Matcher numbers = NUMBERS.matcher(text);
    if (!numbers.matches()) {
      return null;
    }
    BigDecimal input = new BigDecimal(numbers.group(1));
    String cached = numbers.group(3);
    return new Price(
        input, new BigDecimal(numbers.group(2)), cached == null ? input : new BigDecimal(cached));
  }
}
