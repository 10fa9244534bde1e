package dev.parley.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Turn;
import dev.parley.models.Credential.Choice.Any;
import dev.parley.models.http.Listener;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The pace of the simulated model, as it is configured.
@Timeout(60)
class SimulatedPaceTest {
  private final EventLoopGroup eventLoops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Gateway gateway =
      new Gateway(
          List.of(
              ProviderSettings.simulated(),
              ProviderSettings.of("quick", ProviderKind.SIMULATED, "", "")
                  .withOptions(Map.of("pace-ms", "0"))),
          Prices.NONE,
          eventLoops,
          new SimpleMeterRegistry(),
          64 << 20);

  @AfterEach
  void close() {
    gateway.close();
    var _ = eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  /// How many words are answered.
  private long words(String provider, String text) {
    Prompt prompt = Prompt.of("", List.of(Turn.of(Role.USER, text)));
    Route route = new Route(provider, "simulated");
    return Listener.of(
            gateway.answer(new Ask(List.of(route), prompt, Any.ANY, List.of(), false), _ -> {}))
        .whole()
        .stream()
        .filter(ModelEvent.Text.class::isInstance)
        .count();
  }

  @Test
  void aWordComesEvery50MillisecondsUnlessConfigured() {
    assertThat(SimulatedModel.DEFAULT_PACE).isEqualTo(Duration.ofMillis(50));
    words("quick", "hello there"); // what is slow the first time is not measured
    long began = System.nanoTime();
    assertThat(words("simulated", "hello there")).isEqualTo(11);
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isGreaterThanOrEqualTo(Duration.ofMillis(50 * 10));
  }

  @Test
  void paceOfZeroWaitsForNothing() {
    // At the usual pace these would take more than eight minutes.
    assertThat(words("quick", "word ".repeat(10_000))).isGreaterThan(10_000);
  }
}
