package dev.parley.models.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.testkit.http.FakeProvider;
import dev.parley.testkit.http.FakeProvider.Exchange;
import io.netty.channel.EventLoop;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class UpstreamTest extends UpstreamFixture {
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
}
