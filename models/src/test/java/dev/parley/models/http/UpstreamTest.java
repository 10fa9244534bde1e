package dev.parley.models.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.Finished;
import dev.parley.core.model.ModelEvent.Started;
import dev.parley.core.model.ModelEvent.StopReason;
import dev.parley.core.model.ModelEvent.Text;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Turn;
import dev.parley.models.dialect.OpenAiDialect;
import dev.parley.models.dialect.ReplicateDialect;
import dev.parley.testkit.http.FakeProvider;
import dev.parley.testkit.http.FakeProvider.Exchange;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

@Timeout(60)
class UpstreamTest {
  private static final Prompt HELLO = Prompt.of("gpt", List.of(Turn.of(Role.USER, "hello")));
  private static final Prompt STORY = Prompt.of("teller/tale", HELLO.turns());
  private static final String SECRET = "sk-test-0123456789";
  private static final Duration SOON = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Patience PATIENT = new Patience(LONG, LONG, LONG, LONG);

  private static final Started STARTED = new Started("c1", "gpt-1");
  private static final List<ModelEvent> ANSWER =
      List.of(
          STARTED,
          new Text("Hé"),
          new Text("llo"),
          new Finished(StopReason.STOP, "stop", new Usage(3, 2, -1, -1)));
  private static final String TRANSCRIPT =
      """
      data: {"id":"c1","model":"gpt-1","choices":[{"index":0,"delta":{"content":"Hé"}}]}

      : a comment

      data: {"id":"c1","model":"gpt-1","choices":[{"index":0,"delta":{"content":"llo"}}]}

      data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

      data: {"id":"c1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}

      data: [DONE]

      """;

  private final EventLoopGroup eventLoops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final ConnectionProvider connections = ConnectionProvider.create("test", 100);
  private final List<FakeProvider> providers = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (FakeProvider provider : providers) {
      provider.close();
    }
    connections.dispose();
    var _ = eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private FakeProvider provider(FakeProvider.Script... scripts) throws IOException {
    FakeProvider provider = new FakeProvider(scripts);
    providers.add(provider);
    return provider;
  }

  private LocalClients clients() {
    return new LocalClients(HttpClient.create(connections), eventLoops);
  }

  private Upstream upstream(String url, Patience patience) {
    OpenAiDialect dialect = new OpenAiDialect(OpenAiDialect.Flavour.COMPATIBLE);
    return new Upstream(
        clients(), dialect, url, Secret.of(SECRET), patience, new MemoryBudget(64 << 20));
  }

  private Upstream upstream(FakeProvider provider) {
    return upstream(provider.url(), PATIENT);
  }

  private Upstream replicate(FakeProvider provider, Patience patience) {
    ReplicateDialect dialect = new ReplicateDialect(URI.create(provider.url()));
    return new Upstream(
        clients(),
        dialect,
        provider.url(),
        Secret.of(SECRET),
        patience,
        new MemoryBudget(64 << 20));
  }

  private static void answer(Exchange exchange) throws IOException {
    exchange.stream();
    exchange.chunk(TRANSCRIPT);
    exchange.end();
  }

  /// A stream, and what becomes of it.
  ///
  /// @param chunks as they go onto the wire
  private static FakeProvider.Script sends(FakeProvider.Script then, String... chunks) {
    return exchange -> {
      exchange.stream();
      for (String chunk : chunks) {
        exchange.chunk(chunk);
      }
      then.play(exchange);
    };
  }

  /// A stream of events, each of the data given, and what becomes of it.
  private static FakeProvider.Script says(FakeProvider.Script then, String... data) {
    return sends(then, Arrays.stream(data).map("data: %s\n\n"::formatted).toArray(String[]::new));
  }

  private static void assertFailed(Listener listener, Kind kind, ModelEvent... before)
      throws Exception {
    assertThat(listener.failure().kind()).isEqualTo(kind);
    assertThat(listener.events()).containsExactly(before);
  }

  private static String text(String text) {
    return "{\"id\":\"c1\",\"model\":\"gpt-1\",\"choices\":[{\"delta\":{\"content\":\"%s\"}}]}"
        .formatted(text);
  }

  @Test
  void answerArrivesInOrderWithUsage() throws Exception {
    FakeProvider provider = provider(UpstreamTest::answer);
    assertThat(Listener.of(upstream(provider).answer(HELLO)).whole()).isEqualTo(ANSWER);
    FakeProvider.Request request = provider.requests().getFirst();
    assertThat(request.method() + " " + request.target()).isEqualTo("POST /v1/chat/completions");
    assertThat(request.headers()).containsEntry("authorization", "Bearer " + SECRET);
    assertThat(request.body()).contains("hello").doesNotContain(SECRET);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 64})
  void chunksAreCutAnywhere(int size) throws Exception {
    byte[] all = TRANSCRIPT.getBytes(UTF_8);
    FakeProvider provider =
        provider(
            exchange -> {
              exchange.stream();
              for (int at = 0; at < all.length; at += size) {
                int to = Math.min(all.length, at + size);
                exchange.chunk(Arrays.copyOfRange(all, at, to));
              }
              exchange.end();
            });
    assertThat(Listener.of(upstream(provider).answer(HELLO)).whole()).isEqualTo(ANSWER);
  }

  @Test
  void eachSubscriberHasItAskedAnewAndNobodyBefore() throws Exception {
    FakeProvider provider = provider(UpstreamTest::answer);
    var answer = upstream(provider).answer(HELLO);
    assertThat(provider.requests()).isEmpty();
    Listener.of(answer).whole();
    Listener.of(answer).whole();
    assertThat(provider.requests()).hasSize(2);
  }

  // Demand.

  @Test
  void subscriberThatWantsNothingMakesTheProviderWait() throws Exception {
    String filler = text("x".repeat(60_000));
    int count = 1_000;
    FakeProvider provider =
        provider(
            exchange -> {
              exchange.stream();
              for (int i = 0; i < count; i++) {
                exchange.data(filler);
              }
              exchange.chunk(TRANSCRIPT);
              exchange.end();
            });
    Listener listener = Listener.of(upstream(provider).answer(HELLO), 2);
    listener.await(2);
    long before = -1;
    for (long now = 0; now != before; now = provider.written()) {
      before = now;
      Thread.sleep(500);
    }
    assertThat(before).isLessThan(20_000_000L);
    assertThat(listener.events()).hasSize(2);
    listener.request(Long.MAX_VALUE);
    assertThat(listener.whole()).hasSize(count + ANSWER.size());
  }

  @Test
  void demandIsHonouredExactly() throws Exception {
    FakeProvider provider = provider(UpstreamTest::answer);
    Listener listener = Listener.of(upstream(provider).answer(HELLO), 0);
    provider.awaitRequests(1);
    for (int i = 1; i <= ANSWER.size(); i++) {
      assertThat(listener.hasEnded()).isFalse();
      listener.request(1);
      assertThat(listener.await(i)).isEqualTo(ANSWER.subList(0, i));
      Thread.sleep(30);
      assertThat(listener.events()).hasSize(i);
    }
    listener.whole();
  }

  @Test
  void requestForNothingIsAnError() throws Exception {
    FakeProvider provider = provider(says(Exchange::stall, text("a")));
    Listener listener = Listener.of(upstream(provider).answer(HELLO), 1);
    listener.await(1);
    listener.request(0);
    provider.awaitClosed(1);
    assertThat(listener.error()).isInstanceOf(IllegalArgumentException.class);
  }

  // Cancelling.

  @Test
  void cancelBeforeTheFirstTokenClosesTheConnection() throws Exception {
    FakeProvider provider = provider(Exchange::stall);
    Listener listener = Listener.of(upstream(provider).answer(HELLO));
    provider.awaitRequests(1);
    listener.cancel();
    provider.awaitClosed(1);
    assertThat(listener.events()).isEmpty();
    assertThat(listener.hasEnded()).isFalse();
  }

  @Test
  void cancelInMidStreamClosesTheConnection() throws Exception {
    FakeProvider provider = provider(says(Exchange::stall, text("a")));
    Listener listener = Listener.of(upstream(provider).answer(HELLO));
    listener.await(2);
    listener.cancel();
    provider.awaitClosed(1);
    assertThat(listener.hasEnded()).isFalse();
  }

  // Connections.

  @Test
  void connectionIsUsedAgainAfterAProperEnd() throws Exception {
    FakeProvider provider =
        provider(
            exchange -> {
              exchange.stream();
              exchange.chunk(TRANSCRIPT);
              Thread.sleep(50);
              exchange.end();
            });
    Upstream upstream = upstream(provider);
    EventLoop here = eventLoops.next();
    for (int i = 0; i < 3; i++) {
      Listener listener = here.submit(() -> Listener.of(upstream.answer(HELLO))).get();
      assertThat(listener.whole()).isEqualTo(ANSWER);
      assertThat(listener.threads()).containsExactly(here.submit(Thread::currentThread).get());
      Thread.sleep(300);
    }
    assertThat(provider.opened()).isEqualTo(1);
  }

  @Test
  void streamThatGoesOnAfterTheEndDelaysNobody() throws Exception {
    FakeProvider provider = provider(sends(Exchange::stall, TRANSCRIPT));
    Listener listener = Listener.of(upstream(provider).answer(HELLO));
    assertThat(listener.whole()).isEqualTo(ANSWER);
    assertThat(Listener.of(upstream(provider).answer(HELLO)).whole()).isEqualTo(ANSWER);
    provider.awaitClosed(2);
  }

  // Failures on the way.

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

  // Secrets.

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

  // Patience.

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

  // Models.

  @Test
  void modelsAreListed() throws Exception {
    FakeProvider provider =
        provider(
            exchange -> exchange.answer(200, "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}]}"),
            Exchange::stall);
    Upstream upstream = upstream(provider.url(), new Patience(LONG, SOON, LONG, LONG));
    assertThat(upstream.models().toCompletableFuture().join()).containsExactly("a", "b");
    assertThat(upstream.models().toCompletableFuture().handle((_, e) -> e).join())
        .extracting(e -> e instanceof CompletionException c ? c.getCause() : e)
        .satisfies(e -> assertThat(((ModelException) e).kind()).isEqualTo(Kind.TIMEOUT));
  }

  // Two steps.

  private static FakeProvider.Script prediction(FakeProvider.Script stream) {
    return exchange -> {
      String target = exchange.request().target();
      if (target.equals("/stream")) {
        stream.play(exchange);
      } else if (target.equals("/cancel")) {
        exchange.answer(200, "{}");
      } else {
        String url = "http://" + exchange.request().headers().get("host");
        exchange.answer(
            201,
            "{\"status\":\"starting\",\"urls\":{\"stream\":\"%s/stream\",\"cancel\":\"%s/cancel\"}}"
                .formatted(url, url));
      }
    };
  }

  private static List<String> targets(FakeProvider provider) {
    return provider.requests().stream().map(FakeProvider.Request::target).toList();
  }

  private static final String ASK = "/v1/models/teller/tale/predictions";
  private static final Started BEGUN = new Started("", "");
  private static final Finished DONE = new Finished(StopReason.STOP, "", Usage.UNKNOWN);

  @Test
  void answerInTwoSteps() throws Exception {
    FakeProvider provider =
        provider(
            prediction(
                sends(
                    Exchange::end, "event: output\nid: 1\ndata: a\n\nevent: done\ndata: {}\n\n")));
    Listener listener = Listener.of(replicate(provider, PATIENT).answer(STORY));
    assertThat(listener.whole()).containsExactly(BEGUN, new Text("a"), DONE);
    assertThat(targets(provider)).containsExactly(ASK, "/stream");
  }

  @Test
  void cancelIsToldToTheProviderInTwoSteps() throws Exception {
    FakeProvider provider =
        provider(prediction(sends(Exchange::stall, "event: output\nid: 1\ndata: a\n\n")));
    Listener listener = Listener.of(replicate(provider, PATIENT).answer(STORY));
    listener.await(2);
    listener.cancel();
    provider.awaitRequests(3);
    provider.awaitClosed(1);
    Thread.sleep(100);
    assertThat(targets(provider)).containsExactly(ASK, "/stream", "/cancel");
  }

  @Test
  void cancelDuringTheFirstStepIsToldToTheProviderToo() throws Exception {
    FakeProvider.Script usual = prediction(Exchange::stall);
    FakeProvider provider =
        provider(
            exchange -> {
              Thread.sleep(300);
              usual.play(exchange);
            },
            usual);
    Listener listener = Listener.of(replicate(provider, PATIENT).answer(STORY));
    provider.awaitRequests(1);
    listener.cancel();
    provider.awaitRequests(2);
    Thread.sleep(100);
    assertThat(targets(provider)).containsExactly(ASK, "/cancel");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void streamThatEndsEarlyIsResumed(boolean properly) throws Exception {
    FakeProvider provider =
        provider(
            prediction(
                exchange -> {
                  String last = exchange.request().headers().getOrDefault("last-event-id", "0");
                  int next = Integer.parseInt(last) + 1;
                  exchange.stream();
                  if (next < 6) {
                    exchange.chunk(
                        "event: output\nid: %d\ndata: %d\n\nevent: output\nid: 9\ndata: never"
                            .formatted(next, next));
                    Thread.sleep(50);
                    if (properly) {
                      exchange.end();
                    } else {
                      exchange.cut();
                    }
                  } else {
                    exchange.chunk("event: done\nid: 6\ndata: {}\n\n");
                    exchange.end();
                  }
                }));
    Listener listener = Listener.of(replicate(provider, PATIENT).answer(STORY));
    assertThat(listener.whole())
        .containsExactly(
            BEGUN, new Text("1"), new Text("2"), new Text("3"), new Text("4"), new Text("5"), DONE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void streamThatEndsWithoutProgressIsACut(boolean repeating) throws Exception {
    List<Long> begun = new CopyOnWriteArrayList<>();
    FakeProvider provider =
        provider(
            prediction(
                exchange -> {
                  begun.add(System.nanoTime());
                  exchange.stream();
                  if (repeating || !exchange.request().headers().containsKey("last-event-id")) {
                    exchange.chunk("event: output\nid: 1\ndata: a\n\n");
                  }
                  exchange.end();
                }));
    Listener listener = Listener.of(replicate(provider, PATIENT).answer(STORY));
    assertFailed(listener, Kind.CUT, BEGUN, new Text("a"));
    provider.awaitRequests(6);
    assertThat(targets(provider))
        .containsExactly(ASK, "/stream", "/stream", "/stream", "/stream", "/cancel");
    assertThat(TimeUnit.NANOSECONDS.toMillis(begun.getLast() - begun.getFirst()))
        .as("three pauses")
        .isGreaterThanOrEqualTo(3 * 250);
  }

  @Test
  void streamWithoutIdsIsNotToldTwice() throws Exception {
    FakeProvider provider =
        provider(prediction(sends(Exchange::end, "event: output\ndata: a\n\n")));
    Listener listener = Listener.of(replicate(provider, PATIENT).answer(STORY));
    assertFailed(listener, Kind.CUT, BEGUN, new Text("a"));
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
  void aCancelAtAnyMomentClosesTheConnection() throws Exception {
    FakeProvider provider = provider(FakeProvider.Exchange::stall);
    Upstream upstream = upstream(provider);
    for (int i = 0; i < 500; i++) {
      Listener listener = Listener.of(upstream.answer(HELLO));
      LockSupport.parkNanos(i * 10_000L); // up to 5 ms, on which the way is somewhere
      listener.cancel();
    }
    Listener last = Listener.of(upstream.answer(HELLO));
    provider.awaitRequests(1);
    last.cancel();
    provider.awaitAllClosed();
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
