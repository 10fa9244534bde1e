package dev.parley.server.http;

import dev.parley.core.time.Clock;
import dev.parley.models.Credential.Choice.Any;
import dev.parley.models.Gateway;
import dev.parley.models.ProviderSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `GET /v1/models`: what the providers say they have. They are asked at most once in a while,
/// however many want to know, and not waited for too long. Thread-safe: the list that is kept is
/// guarded by `this`.
final class ModelList {
  /// How long a list is good.
  private static final long KEPT_NANOS = Duration.ofSeconds(30).toNanos();

  /// How long a provider may take.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /// Most models of one provider that are told.
  private static final int MAX_MODELS = 10_000;

  private final Gateway gateway;
  private final Clock clock;
  private final ScheduledExecutorService timer;

  private @Nullable CompletableFuture<List<Entry>> kept;
  private long keptSinceNanos;

  /// A model.
  ///
  /// @param id as requests name it
  private record Entry(String id, String provider) {
    ObjectNode json() {
      return Json.object()
          .put("id", id)
          .put("object", "model")
          .put("created", 0) // providers do not say when
          .put("owned_by", provider);
    }
  }

  /// @param timer for those who do not answer; stays the caller's
  ModelList(Gateway gateway, Clock clock, ScheduledExecutorService timer) {
    this.gateway = gateway;
    this.clock = clock;
    this.timer = timer;
  }

  /// Answers with all of them. Those of a provider that cannot be asked are left out.
  void all(Exchange exchange) {
    var _ =
        list()
            .thenAccept(
                models -> {
                  ObjectNode body = Json.object().put("object", "list");
                  ArrayNode data = body.putArray("data");
                  models.forEach(model -> data.add(model.json()));
                  exchange.answer(200, body, Map.of());
                });
  }

  /// Answers with one of them.
  void one(String id, Exchange exchange) {
    var _ =
        list()
            .thenAccept(
                models ->
                    models.stream()
                        .filter(model -> model.id().equals(id))
                        .findFirst()
                        .ifPresentOrElse(
                            model -> exchange.answer(200, model.json(), Map.of()),
                            () ->
                                exchange.answer(
                                    ApiError.noModel(
                                        "no provider says that it has the model \"%s\""
                                            .formatted(id)))));
  }

  private synchronized CompletableFuture<List<Entry>> list() {
    CompletableFuture<List<Entry>> list = kept;
    if (list == null || (list.isDone() && clock.nanos() - keptSinceNanos > KEPT_NANOS)) {
      list = ask();
      kept = list;
      keptSinceNanos = clock.nanos();
    }
    return list;
  }

  private CompletableFuture<List<Entry>> ask() {
    List<CompletableFuture<List<Entry>>> asked =
        gateway.providers().stream().map(this::ask).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .thenApply(
            _ -> {
              List<Entry> all = new ArrayList<>();
              asked.forEach(of -> all.addAll(of.join()));
              return all;
            });
  }

  /// Those of one provider; none if it cannot be asked.
  private CompletableFuture<List<Entry>> ask(ProviderSettings provider) {
    String name = provider.name();
    CompletableFuture<List<Entry>> models =
        gateway
            .models(name, Any.ANY)
            .thenApply(
                names ->
                    names.stream()
                        .limit(MAX_MODELS)
                        .map(model -> new Entry(name + "/" + model, name))
                        .toList())
            .exceptionally(_ -> List.of())
            .toCompletableFuture();
    var alarm =
        timer.schedule(
            () -> models.complete(List.of()), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    var _ = models.thenRun(() -> alarm.cancel(false));
    return models;
  }
}
