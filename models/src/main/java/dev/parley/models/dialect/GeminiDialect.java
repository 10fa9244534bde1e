package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.Prompt;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The Gemini API, version v1beta, with an API key.
public final class GeminiDialect implements Dialect {
  private static final String KEY = "x-goog-api-key";
  private static final String MODELS = "models/";

  /// The one there is.
  public GeminiDialect() {}

  @Override
  public HttpCall ask(Prompt prompt, String secret) {
    return ask("/v1beta/", prompt, KEY, secret);
  }

  /// Asks for an answer, wherever the models are.
  ///
  /// @param folder of which the models are a folder
  /// @param header of the credential
  static HttpCall ask(String folder, Prompt prompt, String header, String credential) {
    String model = Requests.segment(prompt.model(), "model");
    return new HttpCall(
        "POST",
        folder + MODELS + model + ":streamGenerateContent?alt=sse",
        Map.of(
            "content-type", "application/json", "accept", "text/event-stream", header, credential),
        Json.bytes(GeminiRequest.of(prompt)));
  }

  @Override
  public AnswerReader reader() {
    return new GeminiReader();
  }

  @Override
  public HttpCall list(String secret) {
    return new HttpCall("GET", "/v1beta/models?pageSize=1000", Map.of(KEY, secret), new byte[0]);
  }

  @Override
  public List<String> listed(HttpAnswer answer) {
    return listed(answer, "models", MODELS);
  }

  /// Names in a list, each once, without what all of them begin with. Google's JSON leaves out
  /// lists that are empty.
  static List<String> listed(HttpAnswer answer, String list, String prefix) {
    JsonNode body = Json.parse(answer.body(), "list of models");
    if (body.isObject() && !body.has(list)) {
      return List.of();
    }
    return Answers.names(answer, list, "name").stream()
        .map(name -> name.startsWith(prefix) ? name.substring(prefix.length()) : name)
        .distinct()
        .toList();
  }

  @Override
  public ModelException refusal(HttpAnswer answer) {
    return GeminiErrors.refusal(answer);
  }
}
