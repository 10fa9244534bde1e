package dev.parley.models.http;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.models.dialect.HttpAnswer;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClientResponse;

/// Reads answers that are no streams. Thread-safe.
final class WholeBodies {
  private static final int MAX_BODY_BYTES = 4 << 20;

  /// How often it is there while it is gathered.
  private static final long COPIES = 2;

  /// How long an answer may take to come to its end that tells why there is no other. Its status
  /// says most of it.
  private static final Duration REFUSAL_PATIENCE = Duration.ofSeconds(1);

  private final MemoryBudget memory;
  private final LocalClients clients;

  /// @param memory for what has come of them
  WholeBodies(MemoryBudget memory, LocalClients clients) {
    this.memory = memory;
    this.clients = clients;
  }

  /// All of it.
  Mono<HttpAnswer> success(HttpClientResponse response, ByteBufFlux body) {
    return read(
        response,
        held ->
            body.asByteArray()
                .doOnNext(
                    chunk -> {
                      if (!fits(chunk, held)) {
                        throw Answering.noRoom();
                      }
                    }));
  }

  /// As much of it as comes in time and has room, if only its status.
  Mono<HttpAnswer> refusal(HttpClientResponse response, ByteBufFlux body) {
    return read(
        response,
        held ->
            body.asByteArray()
                .take(REFUSAL_PATIENCE, Schedulers.fromExecutorService(clients.loop()))
                .onErrorResume(_ -> Flux.empty())
                .takeWhile(chunk -> fits(chunk, held)));
  }

  private static boolean fits(byte[] chunk, MemoryBudget.Share held) {
    return held.grow(COPIES * chunk.length);
  }

  private Mono<HttpAnswer> read(
      HttpClientResponse response, Function<MemoryBudget.Share, Flux<byte[]>> body) {
    Map<String, String> headers = new HashMap<>();
    response
        .responseHeaders()
        .forEach(
            header -> headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    return Mono.using(
        memory::share,
        held ->
            body.apply(held)
                .doOnNext(bytes::writeBytes)
                .takeUntil(_ -> bytes.size() > MAX_BODY_BYTES)
                .then(
                    Mono.fromSupplier(
                        () ->
                            new HttpAnswer(
                                response.status().code(), headers, bytes.toByteArray()))));
  }
}
