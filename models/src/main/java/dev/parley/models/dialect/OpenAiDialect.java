package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.Prompt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The protocol of OpenAI's chat completions, which many others speak too. Sampling's
/// `reasoningTokens` has no counterpart there and is left out.
public final class OpenAiDialect implements Dialect {
  /// Who speaks it, where it makes a difference.
  public enum Flavour {
    /// OpenAI itself.
    OPENAI,
    /// Mistral, which refuses fields that it does not know.
    MISTRAL,
    /// Any other server, such as Ollama, vLLM or llama.cpp.
    COMPATIBLE
  }

  private static final byte[] NO_BODY = {};

  private final Flavour flavour;

  /// @param flavour who speaks it
  public OpenAiDialect(Flavour flavour) {
    this.flavour = flavour;
  }

  @Override
  public HttpCall ask(Prompt prompt, String secret) {
    return ask("/v1/chat/completions", prompt, bearer(secret));
  }

  /// Asks somewhere else, with other credentials.
  HttpCall ask(String target, Prompt prompt, Map<String, String> credentials) {
    Map<String, String> headers = new HashMap<>(credentials);
    headers.put("content-type", "application/json");
    headers.put("accept", "text/event-stream");
    return new HttpCall(
        "POST", target, headers, Json.bytes(new OpenAiRequest(flavour, prompt).body()));
  }

  @Override
  public AnswerReader reader() {
    return new OpenAiReader(flavour);
  }

  @Override
  public HttpCall list(String secret) {
    return list("/v1/models", bearer(secret));
  }

  /// Lists somewhere else, with other credentials.
  static HttpCall list(String target, Map<String, String> credentials) {
    Map<String, String> headers = new HashMap<>(credentials);
    headers.put("accept", "application/json");
    return new HttpCall("GET", target, headers, NO_BODY);
  }

  @Override
  public List<String> listed(HttpAnswer answer) {
    JsonNode list = Json.parse(answer.body(), "list of models");
    JsonNode models = list.path("data");
    if (!models.isArray()) {
      throw Json.malformed(list.toString(), "list of models");
    }
    List<String> names = new ArrayList<>();
    for (JsonNode model : models) {
      String name = Json.text(model, "id");
      if (name.isEmpty()) {
        throw Json.malformed(model.toString(), "model with an id");
      }
      names.add(name);
    }
    return List.copyOf(names);
  }

  @Override
  public ModelException refusal(HttpAnswer answer) {
    return OpenAiErrors.refusal(answer);
  }

  /// The header of a bearer of a secret; none without one, for servers that need none.
  static Map<String, String> bearer(String secret) {
    return secret.isEmpty() ? Map.of() : Map.of("authorization", "Bearer " + secret);
  }
}
