package dev.parley.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.models.Prices.Price;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PricesTest {
  private static Price price(String input, String output, String cached) {
    return new Price(new BigDecimal(input), new BigDecimal(output), new BigDecimal(cached));
  }

  private final Prices prices =
      new Prices(
          Map.of(
              "a/x", price("3", "15", "0.3"),
              "a/x*", price("1", "1", "1"),
              "a/*", price("2", "2", "2")));

  private long nanos(String model, long input, long output, long cached) {
    return prices.nanos(new Route("a", model), new Usage(input, output, cached, -1));
  }

  @Test
  void eachKindOfTokensHasItsPrice() {
    // 900 × 3 + 100 × 0.3 + 200 × 15 millionths
    assertThat(nanos("x", 1_000, 200, 100)).isEqualTo(5_730_000);
  }

  @Test
  void cachedTokensThatNobodyToldOfAreNotCached() {
    assertThat(nanos("x", 1_000_000, 0, -1)).isEqualTo(3_000_000_000L);
  }

  @Test
  void theExactNameIsPreferredAndThenTheLongestBeginning() {
    assertThat(nanos("xy", 1, 0, 0)).isEqualTo(1_000);
    assertThat(nanos("y", 1, 0, 0)).isEqualTo(2_000);
  }

  @Test
  void whatIsNotKnownHasNoCost() {
    assertThat(prices.nanos(new Route("b", "x"), new Usage(1, 1, 0, 0))).isEqualTo(-1);
    assertThat(prices.nanos(new Route("a", "x"), Usage.UNKNOWN)).isEqualTo(-1);
    assertThat(nanos("x", 1, -1, 0)).isEqualTo(-1);
  }
}
