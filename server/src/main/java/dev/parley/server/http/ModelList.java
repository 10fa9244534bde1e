package dev.parley.server.http;

import dev.parley.server.model.KnownModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `GET /v1/models`: what the providers say they have. Those of a provider that cannot be asked are
/// left out. Immutable, thread-safe.
record ModelList(KnownModels known) {
  private static final Logger LOG = LoggerFactory.getLogger(ModelList.class);

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

  /// Answers with all of them.
  void all(Exchange exchange) {
    list(
        exchange,
        models -> {
          ObjectNode body = Json.object().put("object", "list");
          ArrayNode data = body.putArray("data");
          models.forEach(model -> data.add(model.json()));
          exchange.answer(200, body, Map.of());
        });
  }

  /// Answers with one of them.
  void one(String id, Exchange exchange) {
    list(
        exchange,
        models ->
            models.stream()
                .filter(model -> model.id().equals(id))
                .findFirst()
                .ifPresentOrElse(
                    model -> exchange.answer(200, model.json(), Map.of()),
                    () ->
                        exchange.answer(
                            ApiError.noModel(
                                "no provider says that it has the model \"%s\"".formatted(id)))));
  }

  private void list(Exchange exchange, Consumer<List<Entry>> answer) {
    var _ =
        known
            .all()
            .thenAccept(listed -> answer.accept(entries(listed)))
            .exceptionally(
                e -> {
                  LOG.error("models cannot be listed", e);
                  exchange.answer(ApiError.internal());
                  return null;
                });
  }

  private static List<Entry> entries(List<KnownModels.Listed> listed) {
    List<Entry> entries = new ArrayList<>();
    for (KnownModels.Listed of : listed) {
      String provider = of.provider().name();
      of.best().models().forEach(model -> entries.add(new Entry(provider + "/" + model, provider)));
    }
    return entries;
  }
}
