package dev.parley.models.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.model.ModelEvent.Finished;
import dev.parley.core.model.ModelEvent.Started;
import dev.parley.core.model.ModelEvent.StopReason;
import dev.parley.core.model.ModelEvent.Text;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.testkit.http.FakeProvider;
import dev.parley.testkit.http.FakeProvider.Exchange;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Providers that are asked for work first, and then for its stream.
@Timeout(60)
class TwoStepUpstreamTest extends UpstreamFixture {
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
}
