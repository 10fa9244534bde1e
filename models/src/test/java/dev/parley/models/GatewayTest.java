package dev.parley.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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
import dev.parley.models.Credential.Choice.Any;
import dev.parley.models.Credential.Choice.Own;
import dev.parley.models.http.Listener;
import dev.parley.models.http.Patience;
import dev.parley.testkit.http.FakeProvider;
import dev.parley.testkit.http.FakeProvider.Exchange;
import dev.parley.testkit.http.FakeProvider.Request;
import dev.parley.testkit.http.FakeProvider.Script;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class GatewayTest {
  private static final Prompt HELLO = Prompt.of("", List.of(Turn.of(Role.USER, "hello")));
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Patience PATIENCE =
      new Patience(LONG, Duration.ofMillis(500), Duration.ofMillis(500), LONG);
  private static final Route ONE = new Route("one", "a");
  private static final Route TWO = new Route("two", "b");

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final EventLoopGroup eventLoops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<Route> asked = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
    var _ = eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private FakeProvider provider(Script... scripts) throws IOException {
    FakeProvider provider = new FakeProvider(scripts);
    open.add(provider);
    return provider;
  }

  private Gateway gateway(FakeProvider one, FakeProvider two) {
    return gateway(one, two, LONG);
  }

  private Gateway gateway(FakeProvider one, FakeProvider two, Duration maxIdle) {
    Gateway gateway =
        new Gateway(
            List.of(settings("one", one), settings("two", two), ProviderSettings.simulated()),
            Prices.NONE,
            eventLoops,
            meters,
            64 << 20,
            Clock.systemUTC(),
            maxIdle);
    open.add(gateway);
    return gateway;
  }

  private static ProviderSettings settings(String name, FakeProvider provider) {
    return ProviderSettings.of(name, ProviderKind.COMPATIBLE, provider.url(), "secret-of-" + name)
        .withPatience(PATIENCE);
  }

  private static Ask ask(List<Route> routes, Credential.Choice credential) {
    return new Ask(routes, HELLO, credential, List.of(), false);
  }

  private Flow.Publisher<ModelEvent> ask(Gateway gateway) {
    return gateway.answer(ask(List.of(ONE, TWO), Any.ANY), asked::add);
  }

  private static String event(String id, String text) {
    return "{\"id\":\"%s\",\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"%s\"}}]}"
        .formatted(id, text);
  }

  private static Script answering(String id) {
    return exchange -> {
      exchange.stream();
      exchange.data(event(id, "hi"));
      exchange.data("{\"id\":\"%s\",\"choices\":[{\"finish_reason\":\"stop\"}]}".formatted(id));
      exchange.data("[DONE]");
      exchange.end();
    };
  }

  private static List<ModelEvent> answer(String id) {
    return List.of(
        new Started(id, "m"), new Text("hi"), new Finished(StopReason.STOP, "stop", Usage.UNKNOWN));
  }

  private static Script refusing(int status, String... headers) {
    return exchange -> exchange.answer(status, "{}", headers);
  }

  @Test
  void firstRouteAnswers() throws Exception {
    FakeProvider one = provider(answering("c1"));
    FakeProvider two = provider(answering("c2"));
    assertThat(Listener.of(ask(gateway(one, two))).whole()).isEqualTo(answer("c1"));
    assertThat(asked).containsExactly(ONE);
    assertThat(one.requests().getFirst().body()).contains("\"model\":\"a\"");
  }

  @Test
  void transitoryFailureIsTriedAgain() throws Exception {
    FakeProvider one =
        provider(refusing(503), refusing(429, "retry-after-ms: 20"), answering("c1"));
    Gateway gateway = gateway(one, one);
    assertThat(Listener.of(gateway.answer(ask(List.of(ONE), Any.ANY), asked::add)).whole())
        .isEqualTo(answer("c1"));
    assertThat(asked).containsExactly(ONE, ONE, ONE);
  }

  @Test
  void timeThatWasUsedUpIsNotUsedUpAgain() throws Exception {
    FakeProvider one = provider(Exchange::stall);
    Gateway gateway = gateway(one, one);
    Listener listener = Listener.of(gateway.answer(ask(List.of(ONE), Any.ANY), asked::add));
    assertThat(listener.failure().kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(asked).containsExactly(ONE);
  }

  @Test
  void nextRouteIsAskedAtOnce() throws Exception {
    FakeProvider one = provider(refusing(500));
    FakeProvider two = provider(answering("c2"));
    assertThat(Listener.of(ask(gateway(one, two))).whole()).isEqualTo(answer("c2"));
    assertThat(asked).containsExactly(ONE, TWO);
    assertThat(one.requests()).hasSize(1);
    assertThat(two.requests().getFirst().body()).contains("\"model\":\"b\"");
  }

  @Test
  void lastFailureIsToldWhenAllHaveFailed() throws Exception {
    FakeProvider one = provider(refusing(500));
    FakeProvider two = provider(refusing(503));
    Listener listener = Listener.of(ask(gateway(one, two)));
    assertThat(listener.failure().kind()).isEqualTo(Kind.OVERLOADED);
    assertThat(listener.events()).isEmpty();
    assertThat(asked).containsExactly(ONE, TWO, TWO, TWO);
  }

  @Test
  void thatItBeganIsToldOnce() throws Exception {
    Script begins =
        exchange -> {
          exchange.stream();
          exchange.data(event("c0", ""));
          exchange.cut();
        };
    FakeProvider one = provider(begins, begins, answering("c1"));
    Gateway gateway = gateway(one, one);
    assertThat(Listener.of(gateway.answer(ask(List.of(ONE), Any.ANY), asked::add)).whole())
        .isEqualTo(answer("c1"));
    assertThat(asked).containsExactly(ONE, ONE, ONE);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 3, Long.MAX_VALUE})
  void nothingIsTriedAgainAfterAPieceHasCome(long first) throws Exception {
    FakeProvider one =
        provider(
            exchange -> {
              exchange.stream();
              exchange.data(event("c1", "x"));
              exchange.data(event("c1", "y"));
              exchange.data(event("c1", "z"));
              exchange.cut();
            });
    FakeProvider two = provider(answering("c2"));
    Listener listener = Listener.of(ask(gateway(one, two)), first);
    one.awaitRequests(1);
    if (first < Long.MAX_VALUE) {
      for (int i = (int) first; i < 4; i++) {
        Thread.sleep(100);
        assertThat(listener.events()).hasSize(i);
        listener.request(1);
        listener.await(i + 1);
      }
    }
    assertThat(listener.failure().kind()).isEqualTo(Kind.CUT);
    assertThat(listener.events())
        .containsExactly(new Started("c1", "m"), new Text("x"), new Text("y"), new Text("z"));
    assertThat(asked).containsExactly(ONE);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 404})
  void whatIsNotTransitoryGoesToTheNextRouteAtOnce(int status) throws Exception {
    FakeProvider one = provider(refusing(status));
    FakeProvider two = provider(answering("c2"));
    assertThat(Listener.of(ask(gateway(one, two))).whole()).isEqualTo(answer("c2"));
    assertThat(asked).containsExactly(ONE, TWO);
  }

  @Test
  void providerThatWantsToBeLeftAloneIs() throws Exception {
    FakeProvider one = provider(refusing(429, "retry-after: 11"));
    FakeProvider two = provider(answering("c2"));
    assertThat(Listener.of(ask(gateway(one, two))).whole()).isEqualTo(answer("c2"));
    assertThat(asked).containsExactly(ONE, TWO);
  }

  @Test
  void providerThatSaysNothingIsLeftForTheNext() throws Exception {
    FakeProvider one = provider(Exchange::stall);
    FakeProvider two = provider(answering("c2"));
    assertThat(Listener.of(ask(gateway(one, two))).whole()).isEqualTo(answer("c2"));
    one.awaitClosed(1);
  }

  @Test
  void ownSecretGoesOnlyToTheFirstRoutesProvider() throws Exception {
    FakeProvider one = provider(refusing(401));
    FakeProvider two = provider(refusing(401));
    Gateway gateway = gateway(one, two);
    List<Route> routes = List.of(ONE, TWO, new Route("one", "c"));
    Listener.of(gateway.answer(ask(routes, new Own("my-own-secret")), asked::add)).failure();
    assertThat(secrets(one)).containsExactly("Bearer my-own-secret", "Bearer my-own-secret");
    assertThat(secrets(two)).containsExactly("Bearer secret-of-two");
    Listener.of(gateway.answer(ask(routes, Any.ANY), asked::add)).failure();
    assertThat(secrets(one).subList(2, 4)).containsOnly("Bearer secret-of-one");
  }

  private static List<@Nullable String> secrets(FakeProvider provider) {
    return provider.requests().stream()
        .map(Request::headers)
        .map(headers -> headers.get("authorization"))
        .toList();
  }

  @Test
  void nobodyIsAskedAfterACancelBetweenTries() throws Exception {
    FakeProvider one = provider(refusing(429, "retry-after-ms: 400"));
    Gateway gateway = gateway(one, one);
    Listener listener = Listener.of(gateway.answer(ask(List.of(ONE), Any.ANY), asked::add));
    one.awaitRequests(1);
    Thread.sleep(100);
    listener.cancel();
    Thread.sleep(700);
    assertThat(one.requests()).hasSize(1);
    assertThat(listener.hasEnded()).isFalse();
  }

  @Test
  void cancelInMidStreamClosesTheConnection() throws Exception {
    FakeProvider one =
        provider(
            exchange -> {
              exchange.stream();
              exchange.data(event("c1", "x"));
              exchange.stall();
            });
    Listener listener = Listener.of(ask(gateway(one, one)));
    listener.await(2);
    listener.cancel();
    one.awaitClosed(1);
  }

  @Test
  void manyAnswersAtOnceTakeNoThreadEach() throws Exception {
    int count = 500;
    FakeProvider one =
        provider(
            exchange -> {
              exchange.stream();
              exchange.data(event("c1", "x"));
              while (true) {
                exchange.data(event("c1", "y"));
                Thread.sleep(200);
              }
            });
    Gateway gateway = gateway(one, one);
    Listener.of(ask(gateway)).await(2);
    int before = platformThreads();
    List<Listener> listeners = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      listeners.add(Listener.of(ask(gateway)));
    }
    for (Listener listener : listeners) {
      listener.await(3);
    }
    assertThat(platformThreads() - before).isLessThan(20);
    listeners.forEach(Listener::cancel);
    one.awaitClosed(count);
  }

  @Test
  void connectionsThatFallIdleAreClosedWithoutAnotherQuestion() throws Exception {
    FakeProvider one = provider(answering("c1"));
    Gateway gateway = gateway(one, one, Duration.ofMillis(300));
    for (Listener listener : burst(gateway, eventLoops.next())) {
      assertThat(listener.whole()).isEqualTo(answer("c1"));
    }
    one.awaitClosed(one.opened());
  }

  @Test
  void questionsAfterABurstLeaveItsConnectionsIdle() throws Exception {
    FakeProvider one = provider(answering("c1"));
    Gateway gateway = gateway(one, one, Duration.ofSeconds(2));
    EventLoop here = eventLoops.next();
    for (Listener listener : burst(gateway, here)) {
      listener.whole();
    }
    int most = one.opened() / 2; // one may not yet be free when the next question comes
    assertThat(most).isPositive();
    // Taken in turn, each would be used every half second.
    while (one.closed() < most) {
      here.submit(() -> Listener.of(ask(gateway))).get().whole();
      Thread.sleep(20);
    }
  }

  private List<Listener> burst(Gateway gateway, EventLoop here) throws Exception {
    return here.submit(
            () -> {
              List<Listener> listeners = new ArrayList<>();
              for (int i = 0; i < 20; i++) {
                listeners.add(Listener.of(ask(gateway)));
              }
              return listeners;
            })
        .get();
  }

  private static int platformThreads() {
    return Thread.getAllStackTraces().size();
  }

  @Test
  void simulatedModelNeedsNoProvider() throws Exception {
    Gateway gateway = gateway(provider(answering("c1")), provider(answering("c2")));
    Route route = gateway.route("simulated");
    assertThat(route).hasToString("simulated/simulated");
    assertThat(Listener.of(gateway.answer(ask(List.of(route), Any.ANY), asked::add)).whole())
        .hasSizeGreaterThan(2);
  }

  @Test
  void unknownProvidersAndMissingModelsAreRefused() throws Exception {
    Gateway gateway = gateway(provider(answering("c1")), provider(answering("c2")));
    assertThat(gateway.route("one/org/model")).isEqualTo(new Route("one", "org/model"));
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> gateway.route("three/x"))
        .withMessageContaining("one, simulated, two");
    assertThatExceptionOfType(ModelException.class).isThrownBy(() -> gateway.route("one"));
    Route unknown = new Route("three", "x");
    Listener listener = Listener.of(gateway.answer(ask(List.of(unknown), Any.ANY), asked::add));
    assertThat(listener.failure().kind()).isEqualTo(Kind.NOT_FOUND);
  }

  @Test
  void modelsAreListedWithTheSecretThatIsGiven() throws Exception {
    FakeProvider one = provider(exchange -> exchange.answer(200, "{\"data\":[{\"id\":\"m\"}]}"));
    Gateway gateway = gateway(one, one);
    ProviderSettings provider = gateway.provider("one");
    assertThat(gateway.models(provider.name(), Any.ANY, List.of()).toCompletableFuture().get())
        .containsExactly("m");
    assertThat(
            gateway
                .models(provider.name(), new Own("other"), List.of())
                .toCompletableFuture()
                .get())
        .containsExactly("m");
    assertThat(secrets(one)).containsExactly("Bearer secret-of-one", "Bearer other");
  }

  @Test
  void closingLeavesTheEventLoopsAlone() throws Exception {
    Gateway gateway = gateway(provider(answering("c1")), provider(answering("c2")));
    gateway.close();
    assertThat(eventLoops.isShuttingDown()).isFalse();
  }
}
