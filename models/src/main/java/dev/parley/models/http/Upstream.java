package dev.parley.models.http;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.model.Model;
import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.model.Prompt;
import dev.parley.models.dialect.Dialect;
import dev.parley.models.dialect.HttpAnswer;
import dev.parley.models.dialect.HttpCall;
import dev.parley.models.dialect.TwoStepDialect;
import dev.parley.models.dialect.TwoStepDialect.Begun;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.http.client.PrematureCloseException;

/// A provider, asked with one credential. Immutable, thread-safe; connections are shared with all
/// that were made from the same [LocalClients].
public final class Upstream implements Model {
  private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);

  /// What comes in place of a stream from those who stand between, or do not know streams.
  private static final List<String> NO_STREAMS = List.of("text/html", "application/json");

  /// Characters of such that are quoted.
  private static final int MAX_QUOTED = 200;

  /// Before a stream is asked for again; at least half of it, so that those that broke together do
  /// not come back together.
  private static final Duration MAX_PAUSE = Duration.ofMillis(500);

  /// How long it is waited which work is to be ended that nobody wants any more.
  private static final Duration UNWANTED_PATIENCE = Duration.ofSeconds(5);

  private static final int SUCCESS = 2;
  private static final int HUNDRED = 100;

  private final LocalClients clients;
  private final Dialect dialect;
  private final String baseUrl;
  private final Secret secret;
  private final Patience patience;
  private final MemoryBudget memory;
  private final WholeBodies bodies;
  private final Failures failures;

  /// The event loops'; not disposed of, which would end them.
  private final Scheduler scheduler;

  /// @param clients whose connections are used
  /// @param baseUrl such as `https://api.example.com`, no slash at its end
  /// @param memory for what has come of answers and is still to be told
  public Upstream(
      LocalClients clients,
      Dialect dialect,
      String baseUrl,
      Secret secret,
      Patience patience,
      MemoryBudget memory) {
    int connectMillis = Math.toIntExact(patience.connect().toMillis());
    this.clients =
        clients.with(
            client ->
                client
                    .followRedirect(false) // the secret would go with it
                    .doOnRequest((_, connection) -> connection.addHandlerLast(new JoinedContents()))
                    .doOnResponse(Upstream::closeIfSwitched)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis));
    this.dialect = dialect;
    this.baseUrl = baseUrl;
    this.secret = secret;
    this.patience = patience;
    this.memory = memory;
    bodies = new WholeBodies(memory, clients);
    failures = new Failures(baseUrl, secret);
    scheduler = Schedulers.fromExecutorService(clients.loops());
  }

  @Override
  public Flow.Publisher<ModelEvent> answer(Prompt prompt) {
    return subscriber -> {
      AnswerDecoder decoder = new AnswerDecoder(dialect.reader());
      secret
          .current()
          .flatMapMany(known -> chunks(prompt, known, decoder))
          .subscribe(
              new Answering(
                  subscriber, decoder, failures::of, patience, memory.share(), clients.loop()));
    };
  }

  private Flux<byte[]> chunks(Prompt prompt, String known, AnswerDecoder decoder) {
    HttpCall call = call(prompt, known);
    return dialect instanceof TwoStepDialect twoSteps
        ? inTwoSteps(call, known, twoSteps, decoder)
        : stream(call);
  }

  private HttpCall call(Prompt prompt, String known) {
    try {
      return dialect.ask(prompt, known);
    } catch (ModelException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.debug("a question cannot be written down", e);
      throw new ModelException(
          Kind.INVALID_REQUEST,
          "the question cannot be written down for this provider (expected: JSON of at most some"
              + " hundred levels)");
    }
  }

  /// Work that nobody wants any more, or that failed here, is ended at the provider; if it was not
  /// yet known which it is, as soon as it is.
  private Flux<byte[]> inTwoSteps(
      HttpCall call, String known, TwoStepDialect twoSteps, AnswerDecoder decoder) {
    MemoryBudget.Share held = memory.share(); // the body is kept although nobody waits any more
    if (!held.grow(call.body().length)) {
      throw Answering.noRoom();
    }
    CompletableFuture<Begun> begun =
        whole(call)
            .map(answer -> twoSteps.begun(answer, known))
            .onErrorMap(failures::of)
            .timeout(patience.firstToken(), scheduler)
            .doFinally(_ -> held.close())
            .toFuture();
    return unlessUnwanted(begun)
        .flatMapMany(work -> resumed(work.stream(), decoder))
        .doFinally(
            _ -> {
              if (!decoder.isFinished()) {
                var _ = begun.thenAccept(work -> cancel(work.cancel()));
                var _ =
                    clients
                        .loop()
                        .schedule(
                            () -> begun.cancel(true),
                            UNWANTED_PATIENCE.toMillis(),
                            TimeUnit.MILLISECONDS);
              }
            });
  }

  /// What a future brings, which goes on if nobody waits for it any more.
  private static <T> Mono<T> unlessUnwanted(CompletableFuture<T> future) {
    return Mono.create(
        sink -> {
          AtomicBoolean unwanted = new AtomicBoolean();
          sink.onCancel(() -> unwanted.set(true));
          var _ =
              future.whenComplete(
                  (value, e) -> {
                    if (e == null) {
                      sink.success(value);
                    } else if (!unwanted.get()) {
                      sink.error(e);
                    }
                  });
        });
  }

  /// A stream that is asked for again from where it ended, until the answer ends; not at once, for
  /// what ends again and again would be asked for as fast as it does.
  private Flux<byte[]> resumed(HttpCall call, AnswerDecoder decoder) {
    Scheduler here = Schedulers.fromExecutorService(clients.loop());
    return Flux.defer(
            () -> {
              decoder.anotherStream();
              return stream(decoder.lastId().isEmpty() ? call : from(decoder.lastId(), call));
            })
        .onErrorResume(PrematureCloseException.class, _ -> Flux.empty())
        .repeatWhen(
            ends ->
                ends.takeWhile(_ -> decoder.isResumable())
                    .concatMap(_ -> Mono.delay(pause(), here)));
  }

  private static Duration pause() {
    long most = MAX_PAUSE.toNanos();
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(most / 2, most));
  }

  private static HttpCall from(String lastId, HttpCall call) {
    Map<String, String> headers = new HashMap<>(call.headers());
    headers.put("last-event-id", lastId);
    return new HttpCall(call.method(), call.target(), headers, call.body());
  }

  /// Names of the provider's models, which verifies the credential too.
  ///
  /// @return fails with a [ModelException]
  public CompletionStage<List<String>> models() {
    return secret
        .current()
        .flatMap(known -> whole(dialect.list(known)))
        .map(dialect::listed)
        .timeout(patience.firstToken(), scheduler)
        .onErrorMap(failures::of)
        .toFuture();
  }

  private void cancel(HttpCall call) {
    var _ =
        whole(call)
            .timeout(patience.firstToken(), scheduler)
            .subscribe(
                _ -> {},
                e -> LOG.debug("{} cannot be cancelled: {}", baseUrl, failures.of(e).getMessage()));
  }

  /// A connection whose answer has not begun is closed here when nobody wants it any more:
  /// cancelling while a request is being written does not always reach it.
  private Flux<byte[]> stream(HttpCall call) {
    return Flux.defer(
        () -> {
          Waiting waiting = new Waiting();
          return stream(call, waiting).doOnCancel(waiting::cancel);
        });
  }

  /// The connection on which an answer is waited for. Thread-safe.
  private static final class Waiting {
    private @Nullable Connection connection;
    private boolean cancelled;

    synchronized void began(Connection asked) {
      connection = asked;
      if (cancelled) {
        asked.dispose();
      }
    }

    synchronized void answered() {
      connection = null;
    }

    synchronized void cancel() {
      cancelled = true;
      if (connection != null) {
        connection.dispose();
      }
    }
  }

  private Flux<byte[]> stream(HttpCall call, Waiting waiting) {
    return send(clients.here().doOnRequest((_, connection) -> waiting.began(connection)), call)
        .response(
            (response, body) -> {
              waiting.answered();
              if (!isSuccess(response)) {
                return bodies
                    .refusal(response, body)
                    .flatMapMany(answer -> Flux.error(dialect.refusal(answer)));
              }
              String type = response.responseHeaders().get("content-type", "");
              return NO_STREAMS.stream().anyMatch(type.toLowerCase(Locale.ROOT)::startsWith)
                  ? bodies
                      .refusal(response, body)
                      .flatMapMany(answer -> Flux.error(noStream(type, answer)))
                  : body.asByteArray();
            })
        .onErrorMap(e -> !(e instanceof PrematureCloseException), failures::of);
  }

  private static ModelException noStream(String type, HttpAnswer answer) {
    String text = new String(answer.body(), StandardCharsets.UTF_8).strip();
    return new ModelException(
        Kind.MALFORMED,
        "the provider answered with %s (expected: text/event-stream): %s"
            .formatted(type, text.substring(0, Math.min(text.length(), MAX_QUOTED))));
  }

  private Mono<HttpAnswer> whole(HttpCall call) {
    return send(clients.here(), call)
        .response(
            (response, body) ->
                isSuccess(response)
                    ? bodies.success(response, body)
                    : bodies
                        .refusal(response, body)
                        .flatMap(answer -> Mono.error(dialect.refusal(answer))))
        .next()
        .onErrorMap(failures::of);
  }

  private HttpClient.ResponseReceiver<?> send(HttpClient by, HttpCall call) {
    String url = call.target().startsWith("/") ? baseUrl + call.target() : call.target();
    return by.headers(headers -> fill(headers, call))
        .request(HttpMethod.valueOf(call.method()))
        .uri(url)
        .send((_, out) -> out.sendByteArray(Mono.just(call.body())));
  }

  private static void fill(HttpHeaders headers, HttpCall call) {
    call.headers().forEach(headers::set);
    headers.set("content-length", call.body().length);
  }

  /// What has switched to another protocol, unasked, understands no further question.
  private static void closeIfSwitched(HttpClientResponse response, Connection connection) {
    if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
      var _ = connection.channel().close();
    }
  }

  private static boolean isSuccess(HttpClientResponse response) {
    return response.status().code() / HUNDRED == SUCCESS;
  }
}
