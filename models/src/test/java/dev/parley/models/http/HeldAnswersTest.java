package dev.parley.models.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Turn;
import dev.parley.models.dialect.Dialect;
import dev.parley.models.dialect.OpenAiDialect;
import dev.parley.models.dialect.ReplicateDialect;
import dev.parley.testkit.http.FakeProvider;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/// What answers hold on their way counts, and ends with them.
@Timeout(60)
class HeldAnswersTest {
  private static final Prompt HELLO = Prompt.of("a/b", List.of(Turn.of(Role.USER, "hello")));
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Patience PATIENT = new Patience(LONG, LONG, LONG, LONG);
  private static final int ALL = 1 << 20;
  private static final String EVENT =
      """
      data: {"id":"c1","choices":[{"index":0,"delta":{"content":"%s"}}]}

      """;

  private final EventLoopGroup eventLoops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final ConnectionProvider connections = ConnectionProvider.create("test", 100);
  private final MemoryBudget memory = new MemoryBudget(ALL);
  private volatile FakeProvider.Script script = FakeProvider.Exchange::stall;
  private final FakeProvider provider = new FakeProvider(exchange -> script.play(exchange));

  @AfterEach
  void close() throws IOException {
    provider.close();
    connections.dispose();
    var _ = eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private Upstream upstream(Dialect dialect, Patience patience) {
    return new Upstream(
        new LocalClients(HttpClient.create(connections), eventLoops),
        dialect,
        provider.url(),
        Secret.of("secret"),
        patience,
        memory);
  }

  private Listener asked(long wanted) {
    return Listener.of(
        upstream(new OpenAiDialect(OpenAiDialect.Flavour.COMPATIBLE), PATIENT).answer(HELLO),
        wanted);
  }

  private void awaitLeft(long bytes) throws InterruptedException {
    while (!hasLeft(bytes)) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private boolean hasLeft(long bytes) {
    try (MemoryBudget.Share probe = memory.share()) {
      return probe.resize(bytes);
    }
  }

  private void awaitTaken(long bytes) throws InterruptedException {
    while (hasLeft(ALL - bytes)) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  @Test
  void linesWithoutAnEndTakeNoMoreThanThereIs() throws Exception {
    script =
        exchange -> {
          exchange.stream();
          exchange.chunk("data: " + "x".repeat(600_000));
          exchange.stall();
        };
    Listener first = asked(Long.MAX_VALUE);
    awaitTaken(600_000);
    ModelException refused = asked(Long.MAX_VALUE).failure();
    assertThat(refused.kind()).isEqualTo(Kind.BUSY);
    assertThat(refused).hasMessageContaining("memory");
    first.cancel();
    awaitLeft(ALL);
  }

  @Test
  void whatNobodyTakesCountsUntilSomebodyDoes() throws Exception {
    String text = "x".repeat(200_000);
    script =
        exchange -> {
          exchange.stream();
          exchange.chunk(EVENT.formatted(text));
          exchange.chunk(EVENT.formatted("more"));
          exchange.stall();
        };
    Listener slow = asked(1);
    slow.await(1);
    awaitTaken(2 * 200_000);
    slow.request(3);
    slow.await(4);
    assertThat(hasLeft(ALL)).as("there is one more piece of it").isFalse();
    slow.request(2);
    assertThat(slow.await(6).getLast()).isEqualTo(new ModelEvent.Text("more"));
    slow.request(1);
    awaitLeft(ALL);
    slow.cancel();
  }

  @Test
  void anAnswerWithoutRoomEndsEvenIfNobodyTakesAnything() throws Exception {
    script =
        exchange -> {
          exchange.stream();
          exchange.chunk(EVENT.formatted("first"));
          exchange.chunk(EVENT.formatted("x".repeat(600_000)));
          exchange.stall();
        };
    Listener slow = asked(3);
    assertThat(slow.failure().kind()).isEqualTo(Kind.BUSY);
    assertThat(slow.events().getLast()).isEqualTo(new ModelEvent.Text("first"));
    awaitLeft(ALL);
    provider.awaitClosed(1);
  }

  @Test
  void answersOfAllKindsCount() throws Exception {
    script = exchange -> exchange.answer(200, "{\"id\":\"" + "x".repeat(ALL));
    Upstream replicate = upstream(new ReplicateDialect(URI.create(provider.url())), PATIENT);
    assertThat(Listener.of(replicate.answer(HELLO)).failure().kind()).isEqualTo(Kind.BUSY);
    awaitLeft(ALL);
  }

  @Test
  void ofARefusalAsMuchIsReadAsThereIsRoomFor() throws Exception {
    script = exchange -> exchange.answer(429, "x".repeat(2 * ALL), "retry-after: 7");
    ModelException refused = asked(Long.MAX_VALUE).failure();
    assertThat(refused.kind()).isEqualTo(Kind.RATE_LIMITED);
    assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(7));
    awaitLeft(ALL);
  }

  @Test
  void aRefusalThatDoesNotComeToItsEndIsStillOne() throws Exception {
    String head = "HTTP/1.1 503 Busy\r\ncontent-length: 100\r\nretry-after: 7\r\n\r\n{\"err";
    for (FakeProvider.Script then :
        List.<FakeProvider.Script>of(FakeProvider.Exchange::stall, FakeProvider.Exchange::cut)) {
      script =
          exchange -> {
            exchange.raw(head);
            then.play(exchange);
          };
      ModelException refused = asked(Long.MAX_VALUE).failure();
      assertThat(refused.kind()).isEqualTo(Kind.OVERLOADED);
      assertThat(refused).hasMessageContaining("503");
      assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(7));
    }
    provider.awaitClosed(1); // the other one closed itself
  }

  @Test
  void whoIsTooSlowIsToldFromAProviderThatIs() throws Exception {
    Duration soon = Duration.ofSeconds(2);
    script =
        exchange -> {
          exchange.stream();
          exchange.chunk(EVENT.formatted("one"));
          exchange.stall();
        };
    Upstream upstream =
        upstream(
            new OpenAiDialect(OpenAiDialect.Flavour.COMPATIBLE),
            new Patience(LONG, LONG, LONG, soon));
    Listener slow = Listener.of(upstream.answer(HELLO), 2);
    Listener quick = Listener.of(upstream.answer(HELLO));
    ModelException unread = slow.failure();
    assertThat(unread.kind()).isEqualTo(Kind.UNREAD);
    assertThat(unread).hasMessageContaining("not read to its end within 2.0 s");
    ModelException late = quick.failure();
    assertThat(late.kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(late).hasMessageContaining("not come to its end within 2.0 s");
  }

  @Test
  void whoPausedIsNotToldThatTheProviderIsSlow() throws Exception {
    script =
        exchange -> {
          exchange.stream();
          exchange.chunk(EVENT.formatted("one"));
          exchange.stall();
        };
    Patience patience = new Patience(LONG, LONG, LONG, Duration.ofSeconds(2));
    Listener paused =
        Listener.of(
            upstream(new OpenAiDialect(OpenAiDialect.Flavour.COMPATIBLE), patience).answer(HELLO),
            2);
    TimeUnit.SECONDS.sleep(1);
    paused.request(Long.MAX_VALUE);
    assertThat(paused.failure().kind()).isEqualTo(Kind.UNREAD);
  }

  @Test
  void eventsOfTooManyPartsAreMalformed() throws Exception {
    script =
        exchange -> {
          exchange.stream();
          exchange.chunk("data: [" + "{\"\":0},".repeat(30_000) + "0]\n\n");
          exchange.stall();
        };
    assertThat(asked(Long.MAX_VALUE).failure().kind()).isEqualTo(Kind.MALFORMED);
  }

  @Test
  void workThatNobodyWantsAnyMoreIsHeldUntilItIsGivenUp() throws Exception {
    Prompt large = Prompt.of("a/b", List.of(Turn.of(Role.USER, "x".repeat(600_000))));
    Patience patience = new Patience(LONG, Duration.ofHours(1), LONG, Duration.ofHours(1));
    Upstream replicate = upstream(new ReplicateDialect(URI.create(provider.url())), patience);
    Listener first = Listener.of(replicate.answer(large));
    provider.awaitRequests(1);
    first.cancel();
    assertThat(hasLeft(ALL)).isFalse();
    assertThat(Listener.of(replicate.answer(large)).failure().kind()).isEqualTo(Kind.BUSY);
    provider.awaitClosed(1);
    awaitLeft(ALL);
  }
}
