package dev.parley.models.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.model.ModelEvent.Text;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.model.Prompt;
import dev.parley.models.dialect.OpenAiDialect;
import dev.parley.testkit.http.FakeProvider;
import dev.parley.testkit.http.FakeProvider.Exchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is told of a provider that fails, or of one that is too slow.
@Timeout(60)
class UpstreamFailureTest extends UpstreamFixture {
  @Test
  void whatCameBeforeACutIsTold() throws Exception {
    FakeProvider provider = provider(says(Exchange::cut, text("a"), text("b")));
    Listener listener = Listener.of(upstream(provider).answer(HELLO), 1);
    listener.await(1);
    Thread.sleep(200);
    assertThat(listener.hasEnded()).isFalse();
    listener.request(10);
    assertFailed(listener, Kind.CUT, STARTED, new Text("a"), new Text("b"));
  }

  @Test
  void endWithoutAProperEndIsACut() throws Exception {
    FakeProvider provider = provider(says(Exchange::end, text("a")));
    Listener listener = Listener.of(upstream(provider).answer(HELLO));
    assertFailed(listener, Kind.CUT, STARTED, new Text("a"));
  }

  @Test
  void connectionThatIsClosedBeforeTheAnswerIsACut() throws Exception {
    FakeProvider provider = provider(Exchange::cut);
    Listener listener = Listener.of(upstream(provider).answer(HELLO));
    assertThat(listener.failure().kind()).isEqualTo(Kind.CUT);
    assertThat(provider.requests()).hasSize(1);
  }

  @Test
  void malformedEventIsToldAfterTheTextSoFar() throws Exception {
    FakeProvider provider =
        provider(sends(Exchange::stall, "data: " + text("a") + "\n\ndata: {broken\n\n"));
    Listener listener = Listener.of(upstream(provider).answer(HELLO));
    assertFailed(listener, Kind.MALFORMED, STARTED, new Text("a"));
    provider.awaitClosed(1);
  }

  @Test
  void errorEventHasItsKind() throws Exception {
    FakeProvider provider =
        provider(
            says(
                Exchange::stall,
                text("a"),
                "{\"error\":{\"code\":\"overloaded_error\",\"message\":\"busy\"}}"));
    Listener listener = Listener.of(upstream(provider).answer(HELLO));
    assertThat(listener.failure()).hasMessageContaining("busy");
    assertFailed(listener, Kind.OVERLOADED, STARTED, new Text("a"));
  }

  @ParameterizedTest
  @CsvSource({
    "401, UNAUTHENTICATED",
    "404, NOT_FOUND",
    "429, RATE_LIMITED",
    "500, FAILED",
    "503, OVERLOADED",
    "302, FAILED"
  })
  void statusHasItsKind(int status, Kind kind) throws Exception {
    FakeProvider elsewhere = provider(UpstreamTest::answer);
    FakeProvider provider =
        provider(
            exchange ->
                exchange.answer(
                    status,
                    "{\"error\":{\"message\":\"because\"}}",
                    "retry-after: 7",
                    "location: " + elsewhere.url()));
    ModelException e = Listener.of(upstream(provider).answer(HELLO)).failure();
    assertThat(e).hasMessageContaining("because");
    assertThat(e.kind()).isEqualTo(kind);
    assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(7));
    assertThat(elsewhere.requests()).isEmpty();
  }

  @Test
  void whatIsToldOfAFailureIsBounded() throws Exception {
    String body = "{\"error\":{\"message\":\"%s\"}}".formatted("😀".repeat(100_000));
    FakeProvider provider = provider(exchange -> exchange.answer(400, body));
    ModelException e = Listener.of(upstream(provider).answer(HELLO)).failure();
    assertThat(e.kind()).isEqualTo(Kind.INVALID_REQUEST);
    assertThat(e.getMessage()).hasSizeBetween(1_900, 2_001).endsWith("😀…");
  }

  @Test
  void connectionThatSwitchedIsNotUsedAgain() throws Exception {
    String switched =
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n";
    FakeProvider provider = provider(exchange -> exchange.raw(switched), UpstreamTest::answer);
    Upstream upstream = upstream(provider);
    Listener.of(upstream.answer(HELLO)).failure();
    assertThat(Listener.of(upstream.answer(HELLO)).whole()).isEqualTo(ANSWER);
    assertThat(provider.requests().getLast().connection()).isEqualTo(2);
  }

  @Test
  void redirectsAreNotFollowedWhateverTheClientDoes() throws Exception {
    FakeProvider elsewhere = provider(UpstreamTest::answer);
    FakeProvider provider =
        provider(exchange -> exchange.answer(307, "", "location: " + elsewhere.url()));
    Upstream upstream =
        new Upstream(
            clients().with(client -> client.followRedirect(true)),
            new OpenAiDialect(OpenAiDialect.Flavour.COMPATIBLE),
            provider.url(),
            Secret.of(SECRET),
            PATIENT,
            new MemoryBudget(64 << 20));
    Listener.of(upstream.answer(HELLO)).failure();
    assertThat(elsewhere.requests()).isEmpty();
  }

  @Test
  void closedPortAndUnknownHostAreUnreachable() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    for (String host : List.of("127.0.0.1:" + port, "nobody.invalid")) {
      Upstream upstream = upstream("http://" + host, PATIENT);
      ModelException e = Listener.of(upstream.answer(HELLO)).failure();
      assertThat(e.kind()).as(e.toString()).isEqualTo(Kind.UNREACHABLE);
    }
  }

  @Test
  void whoSpeaksNoTlsIsUnreachableByHttps() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(
          () -> {
            try (Socket socket = plain.accept()) {
              socket.getOutputStream().write("HTTP/1.1 400 No\r\n\r\n".getBytes(UTF_8));
              var _ = socket.getInputStream().readAllBytes();
            } catch (IOException e) {
              // The client has gone, as it should.
            }
          });
      Upstream upstream = upstream("https://127.0.0.1:" + plain.getLocalPort(), PATIENT);
      ModelException e = Listener.of(upstream.answer(HELLO)).failure();
      assertThat(e.kind()).as(e.toString()).isEqualTo(Kind.UNREACHABLE);
    }
  }

  @Test
  void promptThatCannotBeSaidIsRefusedToTheSubscriber() throws Exception {
    FakeProvider provider = provider(UpstreamTest::answer);
    ModelException e = Listener.of(replicate(provider, PATIENT).answer(HELLO)).failure();
    assertThat(e.kind()).isEqualTo(Kind.INVALID_REQUEST);
    assertThat(provider.requests()).isEmpty();
  }

  @Test
  void secretIsNotInWhatIsToldOfAFailure() throws Exception {
    String quoted = "wrong key %s, or Bearer %s".formatted(SECRET, SECRET);
    // Messages are cut after some length: here, within the secret.
    String atTheEnd = "x".repeat(185) + SECRET;
    FakeProvider provider =
        provider(
            exchange -> exchange.answer(401, "{\"error\":{\"message\":\"%s\"}}".formatted(quoted)),
            exchange -> exchange.answer(500, quoted),
            exchange -> exchange.answer(500, atTheEnd),
            says(Exchange::end, "{\"error\":{\"message\":\"%s\"}}".formatted(quoted)),
            says(Exchange::end, quoted),
            exchange -> exchange.answer(401, quoted));
    Upstream upstream = upstream(provider);
    for (int i = 0; i < 5; i++) {
      Throwable e = Listener.of(upstream.answer(HELLO)).failure();
      for (; e != null; e = e.getCause()) {
        assertThat(e.toString()).doesNotContain(SECRET.substring(0, 12));
      }
    }
    assertThat(upstream.models().toCompletableFuture())
        .failsWithin(LONG)
        .withThrowableOfType(ExecutionException.class)
        .satisfies(e -> assertThat(e.toString()).doesNotContain(SECRET));
  }

  @Test
  void nothingAtAllIsATimeout() throws Exception {
    FakeProvider provider = provider(Exchange::stall);
    Upstream upstream = upstream(provider.url(), new Patience(LONG, SOON, LONG, LONG));
    assertThat(Listener.of(upstream.answer(HELLO)).failure().kind()).isEqualTo(Kind.TIMEOUT);
    provider.awaitClosed(1);
  }

  @Test
  void streamOfCommentsIsATimeout() throws Exception {
    FakeProvider provider =
        provider(
            exchange -> {
              exchange.stream();
              while (true) {
                exchange.chunk(": wait\n\n");
                Thread.sleep(20);
              }
            });
    Upstream upstream = upstream(provider.url(), new Patience(LONG, SOON, LONG, LONG));
    assertThat(Listener.of(upstream.answer(HELLO)).failure().kind()).isEqualTo(Kind.TIMEOUT);
    provider.awaitClosed(1);
  }

  @Test
  void stallIsATimeoutHoweverLongTheFirstTokenMayTake() throws Exception {
    FakeProvider provider = provider(says(Exchange::stall, text("a")));
    Upstream upstream = upstream(provider.url(), new Patience(LONG, LONG, SOON, LONG));
    Listener listener = Listener.of(upstream.answer(HELLO));
    assertFailed(listener, Kind.TIMEOUT, STARTED, new Text("a"));
    provider.awaitClosed(1);
  }

  @Test
  void endlessAnswerIsATimeout() throws Exception {
    FakeProvider provider =
        provider(
            exchange -> {
              exchange.stream();
              while (true) {
                exchange.data(text("a"));
                Thread.sleep(20);
              }
            });
    Upstream upstream =
        upstream(provider.url(), new Patience(LONG, LONG, LONG, SOON.multipliedBy(3)));
    Listener listener = Listener.of(upstream.answer(HELLO));
    assertThat(listener.failure().kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(listener.events()).hasSizeGreaterThan(2);
    provider.awaitClosed(1);
  }

  @Test
  void slowSubscriberIsNoTimeout() throws Exception {
    FakeProvider provider =
        provider(
            exchange -> {
              exchange.stream();
              for (String event : TRANSCRIPT.split("(?<=\n\n)", 6)) {
                exchange.chunk(event);
                Thread.sleep(20);
              }
              exchange.end();
            });
    Upstream upstream = upstream(provider.url(), new Patience(LONG, SOON, SOON, LONG));
    Listener listener = Listener.of(upstream.answer(HELLO), 0);
    for (int i = 1; i <= ANSWER.size(); i++) {
      Thread.sleep(SOON.toMillis() * 2);
      listener.request(1);
      listener.await(i);
    }
    assertThat(listener.whole()).isEqualTo(ANSWER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nx-injected: 1", "a\nb", "a\u0000b", "clé"})
  void aCredentialThatHttpCannotCarryIsNotSent(String secret) throws Exception {
    FakeProvider provider = provider(UpstreamTest::answer);
    Upstream upstream =
        new Upstream(
            clients(),
            new OpenAiDialect(OpenAiDialect.Flavour.COMPATIBLE),
            provider.url(),
            Secret.of(secret),
            PATIENT,
            new MemoryBudget(64 << 20));
    ModelException refused = Listener.of(upstream.answer(HELLO)).failure();
    assertThat(refused.kind()).isEqualTo(ModelException.Kind.INVALID_REQUEST);
    assertThat(refused).hasMessageNotContaining("injected");
    assertThat(provider.requests()).isEmpty();
  }

  @Test
  void whatCannotBeWrittenDownIsTheQuestionsFault() throws Exception {
    FakeProvider provider = provider(UpstreamTest::answer);
    String deep = "{\"a\":".repeat(600) + "1" + "}".repeat(600);
    Prompt prompt =
        new Prompt(
            "m",
            HELLO.turns(),
            Prompt.Sampling.DEFAULT,
            List.of(new Prompt.Tool("t", "", deep)),
            Prompt.ToolChoice.AUTO,
            Prompt.OutputFormat.Text.TEXT);
    assertThat(Listener.of(upstream(provider).answer(prompt)).failure().kind())
        .isEqualTo(ModelException.Kind.INVALID_REQUEST);
  }
}
