package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// What several dialects need to read answers that are no streams. Pure functions.
final class Answers {
  /// Characters that are told of a body which is not what the provider documents.
  private static final int MAX_TOLD = 200;

  private Answers() {}

  /// The body; an empty object if it is not JSON.
  static JsonNode lenient(HttpAnswer answer) {
    try {
      return Json.parse(answer.body(), "answer");
    } catch (ModelException e) {
      return Json.object();
    }
  }

  /// What an error says of itself, or else the beginning of the body: what stands between us and
  /// the provider has its own form of errors.
  static String message(JsonNode error, HttpAnswer answer) {
    return message(error, "message", answer);
  }

  /// As [#message(JsonNode, HttpAnswer)], of an error that says it in another field.
  static String message(JsonNode error, String field, HttpAnswer answer) {
    String message = Json.told(error, field);
    if (!message.isEmpty()) {
      return message;
    }
    String body = new String(answer.body(), StandardCharsets.UTF_8);
    return body.length() <= MAX_TOLD ? body : body.substring(0, MAX_TOLD) + "…";
  }

  /// A text of each object in a list.
  ///
  /// @throws ModelException `MALFORMED`, if one is missing
  static List<String> names(HttpAnswer answer, String list, String field) {
    JsonNode models = Json.parse(answer.body(), "list of models").path(list);
    if (!models.isArray()) {
      throw malformed(answer);
    }
    List<String> names = new ArrayList<>();
    for (JsonNode model : models) {
      String name = Json.text(model, field);
      if (name.isEmpty()) {
        throw malformed(answer);
      }
      names.add(name);
    }
    return List.copyOf(names);
  }

  private static ModelException malformed(HttpAnswer answer) {
    return Json.malformed(new String(answer.body(), StandardCharsets.UTF_8), "list of models");
  }
}
