package dev.parley.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Turn;
import dev.parley.models.http.Listener;
import dev.parley.models.http.Patience;
import dev.parley.testkit.http.FakeProvider;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What becomes of questions that there is no room for, and of answers that nobody reads.
@Timeout(60)
class GatewayMemoryTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final int ALL = 1 << 20;
  private static final String END =
      "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}";

  private final EventLoopGroup eventLoops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private volatile FakeProvider.Script script = FakeProvider.Exchange::stall;
  private final FakeProvider one = new FakeProvider(exchange -> script.play(exchange));
  private final FakeProvider two = new FakeProvider(GatewayMemoryTest::hi);
  private Duration whole = LONG;

  @AfterEach
  void close() throws IOException {
    one.close();
    two.close();
    var _ = eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private static void hi(FakeProvider.Exchange exchange) throws IOException {
    exchange.stream();
    exchange.data(END);
    exchange.chunk("data: [DONE]\n\n");
    exchange.end();
  }

  private ProviderSettings settings(String name, FakeProvider provider) {
    return ProviderSettings.of(name, ProviderKind.COMPATIBLE, provider.url(), "secret")
        .withPatience(new Patience(LONG, LONG, LONG, whole));
  }

  private Gateway gateway() {
    return new Gateway(
        List.of(settings("one", one), settings("two", two)),
        Prices.NONE,
        eventLoops,
        new SimpleMeterRegistry(),
        2 * ALL);
  }

  private static Listener asked(Gateway gateway, String text, long wanted) {
    Ask ask =
        new Ask(
            List.of(new Route("one", "a"), new Route("two", "b")),
            Prompt.of("", List.of(Turn.of(Role.USER, text))),
            Credential.Choice.Any.ANY,
            List.of(),
            false);
    return Listener.of(gateway.answer(ask, _ -> {}), wanted);
  }

  private void assertNothingIsHeld(Gateway gateway) {
    script = GatewayMemoryTest::hi;
    try (MemoryBudget.Share probe = gateway.memory().share()) {
      assertThat(probe.resize(ALL)).isTrue();
    }
    // as long as a question may be
    assertThat(asked(gateway, "x".repeat(ALL - 1_000), Long.MAX_VALUE).whole()).isNotEmpty();
  }

  @Test
  void questionsGetHalfOfTheMemory() throws Exception {
    try (Gateway gateway = gateway()) {
      String text = "x".repeat(400_000);
      Listener first = asked(gateway, text, Long.MAX_VALUE);
      Listener second = asked(gateway, text, Long.MAX_VALUE);
      ModelException refused = asked(gateway, text, Long.MAX_VALUE).failure();
      assertThat(refused.kind()).isEqualTo(Kind.BUSY);
      assertThat(refused.retryAfter()).isPositive();
      assertThat(refused).hasMessageContaining("fill the 1024 KiB");
      one.awaitRequests(2);
      first.cancel();
      script = GatewayMemoryTest::hi;
      assertThat(asked(gateway, text, Long.MAX_VALUE).whole()).isNotEmpty();
      second.cancel();
      assertNothingIsHeld(gateway);
    }
  }

  @Test
  void aQuestionThatNeverFitsIsNotToldToComeAgain() {
    try (Gateway gateway = gateway()) {
      ModelException refused = asked(gateway, "x".repeat(2 * ALL), Long.MAX_VALUE).failure();
      assertThat(refused.kind()).isEqualTo(Kind.INVALID_REQUEST);
      assertThat(refused.retryAfter()).isNull();
      assertThat(refused).hasMessageContaining("expected: at most 1024");
      assertNothingIsHeld(gateway);
    }
  }

  @Test
  void anAnswerThatTheMemoryHasNoRoomForIsAskedOfTheNextModelAndOnlyOnce() {
    script =
        exchange -> {
          exchange.stream();
          exchange.chunk("data: " + "x".repeat(ALL));
          exchange.stall();
        };
    try (Gateway gateway = gateway()) {
      assertThat(asked(gateway, "hello", Long.MAX_VALUE).whole()).isNotEmpty();
      assertThat(one.requests()).hasSize(1);
      assertNothingIsHeld(gateway);
    }
  }

  @Test
  void whoDoesNotReadIsNotGivenAnotherAnswer() {
    whole = Duration.ofSeconds(2);
    script =
        exchange -> {
          exchange.stream();
          exchange.data("{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}");
          exchange.stall();
        };
    try (Gateway gateway = gateway()) {
      List<Listener> slow = new ArrayList<>();
      slow.add(asked(gateway, "hello", 0)); // does not even read that it begins
      for (int i = 0; i < 12; i++) { // more than it takes for a model to be left alone
        slow.add(asked(gateway, "hello", 2));
      }
      assertThat(slow).allMatch(asked -> asked.failure().kind() == Kind.UNREAD);
      script = GatewayMemoryTest::hi;
      assertThat(asked(gateway, "hello", Long.MAX_VALUE).whole()).isNotEmpty();
      assertThat(two.requests()).isEmpty();
    }
  }
}
