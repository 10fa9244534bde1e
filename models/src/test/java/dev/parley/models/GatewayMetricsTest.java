package dev.parley.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Turn;
import dev.parley.models.Credential.Choice.Any;
import dev.parley.models.http.Listener;
import dev.parley.testkit.http.FakeProvider;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Times of the pieces of an answer, as they are measured.
@Timeout(60)
class GatewayMetricsTest {
  private static final Prompt HELLO = Prompt.of("", List.of(Turn.of(Role.USER, "hello")));

  /// Between two pieces at the least: the provider says the next one so long after the one before
  /// was read.
  private static final long PAUSE_MILLIS = 20;

  private final EventLoopGroup eventLoops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Semaphore read = new Semaphore(0);

  @AfterEach
  void close() {
    var _ = eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private void say(FakeProvider.Exchange exchange, String choice)
      throws IOException, InterruptedException {
    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    exchange.data("{\"id\":\"c\",\"model\":\"m\",\"choices\":[{%s}]}".formatted(choice));
    read.acquire();
  }

  private Timer timer(String name) {
    return meters
        .get("gen_ai.client.operation." + name)
        .tag("gen_ai.operation.name", "chat")
        .tag("gen_ai.request.model", "a")
        .tag("parley.provider", "one")
        .timer();
  }

  @Test
  void timesToTheFirstPieceAndBetweenPiecesAreMeasured() throws Exception {
    FakeProvider.Script script =
        exchange -> {
          exchange.stream();
          for (int i = 0; i < 4; i++) {
            say(exchange, "\"delta\":{\"content\":\"word \"}");
          }
          exchange.data("{\"id\":\"c\",\"choices\":[{\"finish_reason\":\"stop\"}]}");
          exchange.data("[DONE]");
          exchange.end();
        };
    try (FakeProvider provider = new FakeProvider(script);
        Gateway gateway =
            new Gateway(
                List.of(ProviderSettings.of("one", ProviderKind.COMPATIBLE, provider.url(), "s")),
                Prices.NONE,
                eventLoops,
                meters,
                64 << 20)) {
      Listener listener =
          Listener.of(
              gateway.answer(
                  new Ask(List.of(new Route("one", "a")), HELLO, Any.ANY, List.of(), false),
                  _ -> {}));
      for (int piece = 1; piece <= 4; piece++) {
        listener.await(1 + piece); // that it began comes before the first
        read.release();
      }
      listener.whole();
    }
    Timer first = timer("time_to_first_chunk");
    assertThat(first.count()).isEqualTo(1);
    assertThat(first.totalTime(TimeUnit.MILLISECONDS)).isGreaterThanOrEqualTo(PAUSE_MILLIS);
    Timer gaps = timer("time_per_output_chunk");
    assertThat(gaps.count()).isEqualTo(3);
    assertThat(gaps.totalTime(TimeUnit.MILLISECONDS)).isGreaterThanOrEqualTo(3 * PAUSE_MILLIS);
    Timer whole = timer("duration");
    assertThat(whole.count()).isEqualTo(1);
    assertThat(whole.totalTime(TimeUnit.MILLISECONDS)).isGreaterThanOrEqualTo(4 * PAUSE_MILLIS);
  }
}
