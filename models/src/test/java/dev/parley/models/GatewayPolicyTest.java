package dev.parley.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.core.model.ModelEvent.Finished;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Turn;
import dev.parley.models.Credential.Choice.Any;
import dev.parley.models.Credential.Choice.Named;
import dev.parley.models.Credential.Choice.Own;
import dev.parley.models.Prices.Price;
import dev.parley.models.http.Listener;
import dev.parley.models.http.Patience;
import dev.parley.models.http.Secret;
import dev.parley.testkit.http.FakeProvider;
import dev.parley.testkit.http.FakeProvider.Request;
import dev.parley.testkit.http.FakeProvider.Script;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is configured about who asks what, and how often.
@Timeout(60)
class GatewayPolicyTest {
  private static final Prompt HELLO = Prompt.of("", List.of(Turn.of(Role.USER, "hello")));
  private static final Route ONE = new Route("one", "a");
  private static final Route TWO = new Route("two", "b");

  private static final String USAGE =
      "{\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":200}}";

  private final EventLoopGroup eventLoops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final TestClock clock = new TestClock();
  private final List<AutoCloseable> open = new ArrayList<>();

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

  private static ProviderSettings settings(
      String name, FakeProvider provider, Quota quota, Credential... credentials) {
    return new ProviderSettings(
        name,
        ProviderKind.COMPATIBLE,
        provider.url(),
        List.of(credentials),
        quota,
        Patience.DEFAULT,
        Map.of());
  }

  private Gateway gateway(ProviderSettings... settings) {
    Price price = new Price(BigDecimal.valueOf(3), BigDecimal.valueOf(15), BigDecimal.ONE);
    Prices prices = new Prices(Map.of("one/a", price));
    Gateway gateway =
        new Gateway(
            List.of(settings), prices, eventLoops, meters, 64 << 20, clock, Duration.ofSeconds(30));
    open.add(gateway);
    return gateway;
  }

  private static Credential key(String name, int weight) {
    return new Credential(name, "secret-" + name, weight);
  }

  private static void answer(FakeProvider.Exchange exchange) throws IOException {
    exchange.stream();
    exchange.data("{\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}");
    exchange.data("{\"id\":\"c\",\"choices\":[{\"finish_reason\":\"stop\"}]}");
    exchange.data(USAGE);
    exchange.data("[DONE]");
    exchange.end();
  }

  private static Script refusing(int status, String... headers) {
    return exchange -> exchange.answer(status, "{}", headers);
  }

  /// Refuses one credential and answers the others.
  private static Script refusing(String key, int status, String... headers) {
    return exchange -> {
      if (("Bearer secret-" + key).equals(exchange.request().headers().get("authorization"))) {
        exchange.answer(status, "{}", headers);
      } else {
        answer(exchange);
      }
    };
  }

  private static Listener ask(
      Gateway gateway, Credential.Choice choice, List<Allowance> allowances, Route... routes) {
    return Listener.of(
        gateway.answer(new Ask(List.of(routes), HELLO, choice, allowances, false), _ -> {}));
  }

  private static Listener ask(Gateway gateway, Route... routes) {
    return ask(gateway, Any.ANY, List.of(), routes);
  }

  private static List<@Nullable String> keys(FakeProvider provider) {
    return provider.requests().stream()
        .map(Request::headers)
        .map(headers -> headers.get("authorization"))
        .toList();
  }

  @Test
  void credentialsAreUsedByTheirWeights() throws Exception {
    FakeProvider one = provider(GatewayPolicyTest::answer);
    Gateway gateway = gateway(settings("one", one, Quota.DEFAULT, key("a", 1), key("b", 9)));
    for (int i = 0; i < 200; i++) {
      ask(gateway, ONE).whole();
    }
    // Of 200, 20 expected with a standard deviation of 4.2: outside once in some ten millions.
    assertThat(keys(one).stream().filter("Bearer secret-a"::equals).count()).isBetween(1L, 45L);
  }

  @Test
  void aNamedCredentialIsUsedAndNoOther() throws Exception {
    FakeProvider one = provider(refusing("a", 429));
    Gateway gateway = gateway(settings("one", one, Quota.DEFAULT, key("a", 1), key("b", 1)));
    ask(gateway, new Named("b"), List.of(), ONE).whole();
    assertThat(ask(gateway, new Named("a"), List.of(), ONE).failure().kind())
        .isEqualTo(Kind.RATE_LIMITED);
    assertThat(keys(one))
        .containsExactly(
            "Bearer secret-b", "Bearer secret-a", "Bearer secret-a", "Bearer secret-a");
    ModelException unknown = ask(gateway, new Named("c"), List.of(), ONE).failure();
    assertThat(unknown).hasMessage("one has no credential \"c\" (expected: one of a, b)");
    assertThat(unknown.kind()).isEqualTo(Kind.NOT_FOUND);
  }

  @Test
  void anotherCredentialIsTriedAtOnceAndPreferredForAWhile() throws Exception {
    FakeProvider one = provider(refusing("a", 429, "retry-after: 30"));
    Gateway gateway = gateway(settings("one", one, Quota.DEFAULT, key("a", 1_000), key("b", 1)));
    for (int i = 0; i < 5; i++) {
      ask(gateway, ONE).whole();
    }
    assertThat(keys(one).stream().filter("Bearer secret-a"::equals)).hasSizeLessThanOrEqualTo(1);
    clock.turn(Duration.ofSeconds(31));
    for (int i = 0; i < 10; i++) {
      ask(gateway, ONE).whole();
    }
    assertThat(keys(one).stream().filter("Bearer secret-a"::equals)).hasSize(2);
  }

  @Test
  void aModelThatKeepsFailingIsNotAskedButTheNextOneAtOnce() throws Exception {
    FakeProvider one = provider(refusing(500));
    FakeProvider two = provider(GatewayPolicyTest::answer);
    Gateway gateway =
        gateway(
            settings("one", one, Quota.DEFAULT, key("a", 1)),
            settings("two", two, Quota.DEFAULT, key("b", 1)));
    for (int i = 0; i < 20; i++) {
      ask(gateway, ONE, TWO).whole();
    }
    int asked = one.requests().size();
    assertThat(asked).isEqualTo(10);
    ModelException refused = ask(gateway, ONE).failure();
    assertThat(refused.kind()).isEqualTo(Kind.OVERLOADED);
    assertThat(refused.retryAfter()).isNotNull();
    assertThat(one.requests()).hasSize(asked);
    ask(gateway, new Route("one", "another"), TWO).whole();
    assertThat(one.requests()).hasSize(++asked); // the provider's other models are
    clock.turn(Duration.ofSeconds(10));
    ask(gateway, ONE, TWO).whole();
    assertThat(one.requests()).hasSizeGreaterThan(asked);
  }

  @Test
  void whatCancelledQuestionsWouldHaveGotIsNoFailure() throws Exception {
    FakeProvider one = provider(FakeProvider.Exchange::stall);
    Gateway gateway = gateway(settings("one", one, Quota.DEFAULT, key("a", 1)));
    for (int i = 1; i <= 20; i++) {
      Listener listener = ask(gateway, ONE);
      one.awaitRequests(i);
      listener.cancel();
      one.awaitClosed(i);
    }
    ask(gateway, ONE);
    one.awaitRequests(21);
  }

  @Test
  void aCredentialTakesNoMoreQuestionsThanConfigured() throws Exception {
    FakeProvider one = provider(FakeProvider.Exchange::stall);
    Quota quota = new Quota(2, 0);
    Gateway gateway = gateway(settings("one", one, quota, key("a", 1), key("b", 1)));
    List<Listener> listeners = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      listeners.add(ask(gateway, ONE));
    }
    one.awaitRequests(4);
    assertThat(ask(gateway, ONE).failure().kind()).isEqualTo(Kind.RATE_LIMITED);
    assertThat(one.requests()).hasSize(4);
    listeners.getFirst().cancel();
    one.awaitClosed(1);
    ask(gateway, ONE);
    one.awaitRequests(5);
  }

  @Test
  void whoHasNothingLeftIsRefusedBeforeAnybodyIsAsked() throws Exception {
    FakeProvider one = provider(GatewayPolicyTest::answer);
    Gateway gateway = gateway(settings("one", one, Quota.DEFAULT, key("a", 1)));
    Allowance stream = new Allowance("this stream", new Quota(1, 0));
    Allowance user = new Allowance("ann", new Quota(10, 600));
    ask(gateway, Any.ANY, List.of(stream, user), ONE).whole();
    ModelException refused = ask(gateway, Any.ANY, List.of(stream, user), ONE).failure();
    assertThat(refused.kind()).isEqualTo(Kind.RATE_LIMITED); // 1,200 tokens were used
    assertThat(refused).hasMessage("ann used all tokens for now (allowed: 600 a minute)");
    assertThat(one.requests()).hasSize(1);
    ask(gateway, Any.ANY, List.of(stream), ONE).whole(); // who was refused is not under way
  }

  @Test
  void whyTheFirstModelDidNotAnswerIsToldToo() throws Exception {
    FakeProvider one = provider(refusing(404));
    FakeProvider two = provider(refusing(401));
    Gateway gateway =
        gateway(
            settings("one", one, Quota.DEFAULT, key("a", 1)),
            settings("two", two, Quota.DEFAULT, key("b", 1)));
    ModelException failure = ask(gateway, ONE, TWO).failure();
    assertThat(failure.kind()).isEqualTo(Kind.UNAUTHENTICATED);
    assertThat(failure).hasMessageContaining("(before that, one/a: ");
  }

  @Test
  void usageTimesFailuresAndCostAreMeasuredUnderTheConventionsNames() throws Exception {
    FakeProvider one = provider(refusing(400), GatewayPolicyTest::answer);
    Gateway gateway = gateway(settings("one", one, Quota.DEFAULT, key("a", 1)));
    ask(gateway, ONE).failure();
    List<?> events = ask(gateway, ONE).whole();
    Finished finished = (Finished) events.getLast();
    assertThat(gateway.costNanos(ONE, finished.usage())).isEqualTo(6_000_000);
    assertThat(meters.get("gen_ai.client.token.usage").tag("gen_ai.token.type", "input").summary())
        .matches(summary -> summary.totalAmount() == 1_000);
    assertThat(meters.get("gen_ai.client.token.usage").tag("gen_ai.token.type", "output").summary())
        .matches(summary -> summary.totalAmount() == 200);
    assertThat(
            meters
                .get("gen_ai.client.operation.duration")
                .tag("error.type", "invalid_request")
                .tag("gen_ai.request.model", "other")
                .timer()
                .count())
        .isEqualTo(1);
    assertThat(
            meters
                .get("gen_ai.client.operation.duration")
                .tag("error.type", "")
                .tag("gen_ai.request.model", "a")
                .timer()
                .count())
        .isEqualTo(1);
    assertThat(meters.get("gen_ai.client.operation.time_to_first_chunk").timer().count())
        .isEqualTo(1);
    assertThat(meters.get("parley.model.cost").tag("credential", "a").counter().count())
        .isEqualTo(0.006);
  }

  @Test
  void namesOfModelsThatDoNotAnswerMakeNoNewMeters() throws Exception {
    FakeProvider one = provider(refusing(404));
    Gateway gateway = gateway(settings("one", one, Quota.DEFAULT, key("a", 1)));
    for (int i = 0; i < 50; i++) {
      ask(gateway, new Route("one", "made-up-" + i)).failure();
    }
    assertThat(meters.find("gen_ai.client.operation.duration").timers()).hasSize(1);
  }

  @Test
  void modelsThatFailAreMeasuredByTheirNamesSoManyOfThem() throws Exception {
    FakeProvider one = provider(refusing(401));
    Gateway gateway = gateway(settings("one", one, Quota.DEFAULT, key("a", 1)));
    for (int i = 0; i < 60; i++) {
      ask(gateway, new Route("one", "silent-" + i)).failure();
    }
    assertThat(
            meters
                .get("gen_ai.client.operation.duration")
                .tag("gen_ai.request.model", "silent-0")
                .tag("error.type", "unauthenticated")
                .timer()
                .count())
        .isEqualTo(1);
    assertThat(
            meters
                .get("gen_ai.client.operation.duration")
                .tag("gen_ai.request.model", "other")
                .timer()
                .count())
        .isEqualTo(10);
  }

  @Test
  void whatIsCancelledIsChargedAsFarAsItCanBeGuessed() throws Exception {
    FakeProvider one = provider(FakeProvider.Exchange::stall);
    Gateway gateway = gateway(settings("one", one, Quota.DEFAULT, key("a", 1)));
    Allowance ann = new Allowance("ann", new Quota(10, 100));
    Prompt prompt = Prompt.of("", List.of(Turn.of(Role.USER, "word ".repeat(200))));
    Listener listener =
        Listener.of(
            gateway.answer(new Ask(List.of(ONE), prompt, Any.ANY, List.of(ann), false), _ -> {}));
    one.awaitRequests(1);
    listener.cancel();
    one.awaitClosed(1);
    assertThat(ask(gateway, Any.ANY, List.of(ann), ONE).failure())
        .hasMessage("ann used all tokens for now (allowed: 100 a minute)");
  }

  @Test
  void callersWithCredentialsOfTheirOwnLeaveRoomForTheServers() throws Exception {
    Provider provider =
        new Provider(
            settings("one", provider(GatewayPolicyTest::answer), Quota.DEFAULT, key("a", 1)),
            _ ->
                _ -> {
                  throw new AssertionError("nobody is asked");
                },
            credential -> Secret.of(credential.secret()),
            clock,
            TimeMeter.SYSTEM_NANOTIME);
    List<Provider.Key> own = new ArrayList<>();
    for (int i = 0; i < Provider.MAX_OWN_QUESTIONS; i++) {
      own.add(provider.enter(new Own("own-" + i), List.of()));
    }
    assertThatThrownBy(() -> provider.enter(new Own("one-more"), List.of()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("callers with credentials of their own for one are under way");
    provider.enter(Any.ANY, List.of()).leave(0);
    own.getFirst().leave(0);
    provider.enter(new Own("one-more"), List.of()).leave(0);
  }

  @Test
  void verifyingCountsAsAQuestion() throws Exception {
    FakeProvider one = provider(FakeProvider.Exchange::stall);
    Gateway gateway = gateway(settings("one", one, Quota.DEFAULT, key("a", 1)));
    Allowance ann = new Allowance("ann", new Quota(1, 0));
    CompletableFuture<List<String>> first =
        gateway.models("one", new Own("x"), List.of(ann)).toCompletableFuture();
    one.awaitRequests(1);
    assertThat(gateway.models("one", new Own("x"), List.of(ann)).toCompletableFuture())
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("1 questions of ann are under way");
    assertThat(first).isNotDone();
  }
}
