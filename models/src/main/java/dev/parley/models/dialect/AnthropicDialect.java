package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.model.Prompt;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Anthropic's Messages API, version 2023-06-01. Thoughts that the API gives only in redacted form
/// are told, and taken back, as a signature without text.
public final class AnthropicDialect implements Dialect {
  private static final String VERSION = "2023-06-01";

  /// The one there is.
  public AnthropicDialect() {}

  @Override
  public HttpCall ask(Prompt prompt, String secret) {
    return new HttpCall(
        "POST",
        "/v1/messages",
        Map.of(
            "content-type",
            "application/json",
            "accept",
            "text/event-stream",
            "x-api-key",
            secret,
            "anthropic-version",
            VERSION),
        Json.bytes(AnthropicRequest.of(prompt)));
  }

  @Override
  public AnswerReader reader() {
    return new AnthropicReader();
  }

  @Override
  public HttpCall list(String secret) {
    return new HttpCall(
        "GET",
        "/v1/models?limit=1000",
        Map.of("x-api-key", secret, "anthropic-version", VERSION),
        new byte[0]);
  }

  @Override
  public List<String> listed(HttpAnswer answer) {
    return Answers.names(answer, "data", "id");
  }

  @Override
  public ModelException refusal(HttpAnswer answer) {
    JsonNode error = Answers.lenient(answer).path("error");
    Kind kind = kind(Json.told(error, "type"), Statuses.kind(answer.status()));
    return Statuses.refusal(kind, answer, Answers.message(error, answer));
  }

  /// What a type of error means.
  ///
  /// @param otherwise what one means that we do not know
  static Kind kind(String type, Kind otherwise) {
    return switch (type) {
      case "invalid_request_error", "request_too_large" -> Kind.INVALID_REQUEST;
      case "authentication_error" -> Kind.UNAUTHENTICATED;
      case "permission_error", "billing_error" -> Kind.PERMISSION_DENIED;
      case "not_found_error" -> Kind.NOT_FOUND;
      case "rate_limit_error" -> Kind.RATE_LIMITED;
      case "overloaded_error" -> Kind.OVERLOADED;
      case "timeout_error" -> Kind.TIMEOUT;
      case "api_error" -> Kind.FAILED;
      default -> otherwise;
    };
  }
}
