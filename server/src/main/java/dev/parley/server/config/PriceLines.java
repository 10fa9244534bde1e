package dev.parley.server.config;

import dev.parley.models.Prices;
import dev.parley.models.Prices.Price;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The price table as it is configured, by lines `price.PROVIDER/MODEL = INPUT OUTPUT [CACHED]`.
final class PriceLines {
  /// What all lines about prices begin with.
  static final String PREFIX = "price.";

  private static final String NUMBER = "(\\d{1,9}(?:\\.\\d{1,9})?)";
  private static final Pattern NUMBERS =
      Pattern.compile(NUMBER + "\\s+" + NUMBER + "(?:\\s+" + NUMBER + ")?");

  private PriceLines() {}

  /// The table.
  ///
  /// @param lines names without [#PREFIX]
  /// @param providers names of those that there are
  /// @throws ConfigException naming the first line that cannot be used
  static Prices parse(Map<String, String> lines, Set<String> providers) throws ConfigException {
    Map<String, Price> prices = new HashMap<>();
    for (Map.Entry<String, String> line : lines.entrySet()) {
      if (!line.getKey().matches("[^/]+/.+")) {
        throw wrong(line);
      }
      String provider = line.getKey().substring(0, line.getKey().indexOf('/'));
      if (!providers.contains(provider)) {
        throw new ConfigException(
            "%s%s: there is no provider \"%s\" (expected: one of %s)"
                .formatted(PREFIX, line.getKey(), provider, String.join(", ", providers)));
      }
      prices.put(line.getKey(), price(line));
    }
    return new Prices(prices);
  }

  private static Price price(Map.Entry<String, String> line) throws ConfigException {
    Matcher numbers = NUMBERS.matcher(line.getValue().strip());
    if (!numbers.matches()) {
      throw wrong(line);
    }
    BigDecimal input = new BigDecimal(numbers.group(1));
    String cached = numbers.group(3);
    return new Price(
        input, new BigDecimal(numbers.group(2)), cached == null ? input : new BigDecimal(cached));
  }

  private static ConfigException wrong(Map.Entry<String, String> line) {
    return new ConfigException(
        "%s%s: \"%s\" (expected: %sPROVIDER/MODEL = what a million tokens of input, of output and of cached input cost, such as 3 15 0.3)"
            .formatted(PREFIX, line.getKey(), line.getValue(), PREFIX));
  }
}
