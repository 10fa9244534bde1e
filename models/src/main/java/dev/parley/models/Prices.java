package dev.parley.models;

import dev.parley.core.model.ModelEvent.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What models cost. Immutable, thread-safe.
public final class Prices {
  /// Nothing is known of any model.
  public static final Prices NONE = new Prices(Map.of());

  private static final String ANY_END = "*";

  /// Tokens that a price is for, and billionths that a unit of money has: so a price is as many
  /// thousand billionths a token.
  private static final BigDecimal NANOS_OF_A_TOKEN = BigDecimal.valueOf(1_000);

  private final Map<String, Price> exact = new TreeMap<>();
  private final Map<String, Price> beginnings = new TreeMap<>();

  /// What a million tokens cost, in whatever money the operator counts.
  ///
  /// @param input of the question
  /// @param output of the answer
  /// @param cachedInput of the question, read from the provider's cache
  public record Price(BigDecimal input, BigDecimal output, BigDecimal cachedInput) {}

  /// @param prices by `PROVIDER/MODEL`, or by how that begins, followed by `*`
  public Prices(Map<String, Price> prices) {
    prices.forEach(
        (name, price) -> {
          if (name.endsWith(ANY_END)) {
            beginnings.put(name.substring(0, name.length() - 1), price);
          } else {
            exact.put(name, price);
          }
        });
  }

  /// What an answer cost.
  ///
  /// @return billionths of the unit of money; -1: the model has no price, or nobody knows how many
  ///     tokens were used
  public long nanos(Route route, Usage usage) {
    Price price = of(route.toString());
    if (price == null || usage.input() < 0 || usage.output() < 0) {
      return -1;
    }
    long cached = Math.clamp(usage.cachedInput(), 0, usage.input());
    return price
        .input
        .multiply(BigDecimal.valueOf(usage.input() - cached))
        .add(price.cachedInput.multiply(BigDecimal.valueOf(cached)))
        .add(price.output.multiply(BigDecimal.valueOf(usage.output())))
        .multiply(NANOS_OF_A_TOKEN)
        .setScale(0, RoundingMode.HALF_UP)
        .longValue();
  }

  private @Nullable Price of(String model) {
    Price found = exact.get(model);
    int length = -1;
    if (found == null) {
      for (Map.Entry<String, Price> beginning : beginnings.entrySet()) {
        if (model.startsWith(beginning.getKey()) && beginning.getKey().length() > length) {
          found = beginning.getValue();
          length = beginning.getKey().length();
        }
      }
    }
    return found;
  }
}
