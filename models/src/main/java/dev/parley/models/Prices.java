package dev.parley.models;

import dev.parley.core.model.ModelEvent.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/// What models cost. Immutable, thread-safe.
public final class Prices {
  /// Nothing is known of any model.
  public static final Prices NONE = new Prices(Map.of());

  /// Tokens that a price is for, and billionths that a unit of money has: so a price is as many
  /// thousand billionths a token.
  private static final BigDecimal NANOS_OF_A_TOKEN = BigDecimal.valueOf(1_000);

  private final ByModel<Price> prices;

  /// What a million tokens cost, in whatever money the operator counts.
  ///
  /// @param input of the question
  /// @param output of the answer
  /// @param cachedInput of the question, read from the provider's cache
  public record Price(BigDecimal input, BigDecimal output, BigDecimal cachedInput) {}

  /// @param prices see [ByModel]
  public Prices(Map<String, Price> prices) {
    this.prices = new ByModel<>(prices);
  }

  /// What an answer cost.
  ///
  /// @return billionths of the unit of money; -1: the model has no price, or nobody knows how many
  ///     tokens were used
  public long nanos(Route route, Usage usage) {
    Price price = prices.of(route.toString());
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
}
