package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// What providers that speak OpenAI's protocol say of errors, before an answer and in it. Pure
/// functions.
final class OpenAiErrors {
  private static final int MIN_ERROR_STATUS = 400;
  private static final int MAX_ERROR_STATUS = 599;

  private OpenAiErrors() {}

  static ModelException refusal(HttpAnswer answer) {
    JsonNode body;
    try {
      body = Json.parse(answer.body(), "error");
    } catch (ModelException e) {
      body = MissingNode.getInstance();
    }
    String message = message(body);
    if (message.isEmpty()) {
      message = Json.quoted(new String(answer.body(), StandardCharsets.UTF_8));
    }
    // OpenAI says 429 of an empty account, Mistral 400 of an unknown model.
    Kind kind = firstKind(body, OpenAiErrors::kindWhateverTheStatus);
    return Statuses.refusal(kind == null ? Statuses.kind(answer.status()) : kind, answer, message);
  }

  /// Whether an event tells of an error.
  static boolean isError(JsonNode event) {
    JsonNode error = event.path("error");
    return (!error.isMissingNode() && !error.isNull())
        || Json.told(event, "object").equals("error");
  }

  /// What an event means that tells of an error.
  static ModelException inAnswer(JsonNode event) {
    Kind kind = firstKind(event, OpenAiErrors::kindWhateverTheStatus);
    if (kind == null) {
      kind = firstKind(event, OpenAiErrors::kindByWord);
    }
    String message = message(event);
    return new ModelException(
        kind == null ? Kind.FAILED : kind,
        "the provider sent an error in its answer: "
            + (message.isEmpty() ? Json.quoted(event.toString()) : message));
  }

  /// The object that holds `code`, `type` and `message`: mostly `error`, sometimes the whole body.
  private static JsonNode detail(JsonNode body) {
    JsonNode error = body.path("error");
    return error.isObject() ? error : body;
  }

  private static String message(JsonNode body) {
    JsonNode error = body.path("error");
    if (error.isString()) {
      return error.stringValue();
    }
    JsonNode detail = detail(body);
    for (String field : new String[] {"message", "detail"}) {
      JsonNode message = detail.path(field);
      if (message.isString() && !message.stringValue().isBlank()) {
        return message.stringValue();
      }
      if (message.isObject() || message.isArray()) {
        return Json.quoted(message.toString());
      }
    }
    return "";
  }

  private interface Kinds {
    @Nullable Kind of(String word);
  }

  private static @Nullable Kind firstKind(JsonNode body, Kinds kinds) {
    JsonNode detail = detail(body);
    return Stream.of(
            detail.path("code"), detail.path("innererror").path("code"), detail.path("type"))
        .filter(word -> word.isString() || word.isIntegralNumber())
        .flatMap(word -> Stream.ofNullable(kinds.of(word.asString())))
        .findFirst()
        .orElse(null);
  }

  private static @Nullable Kind kindWhateverTheStatus(String word) {
    return switch (word) {
      case "content_filter",
          "content_filter_error",
          "content_policy_violation",
          "ResponsibleAIPolicyViolation" ->
          Kind.BLOCKED;
      case "insufficient_quota", "billing_hard_limit_reached" -> Kind.PERMISSION_DENIED;
      case "invalid_model", "model_not_found", "DeploymentNotFound" -> Kind.NOT_FOUND;
      case "invalid_api_key" -> Kind.UNAUTHENTICATED;
      default -> null;
    };
  }

  private static @Nullable Kind kindByWord(String word) {
    return switch (word) {
      case "invalid_request_error", "BadRequestError", "context_length_exceeded" ->
          Kind.INVALID_REQUEST;
      case "authentication_error", "AuthenticationError" -> Kind.UNAUTHENTICATED;
      case "permission_error", "permission_denied", "PermissionDeniedError" ->
          Kind.PERMISSION_DENIED;
      case "not_found_error", "NotFoundError" -> Kind.NOT_FOUND;
      case "rate_limit_exceeded", "rate_limit_error", "RateLimitError", "too_many_requests" ->
          Kind.RATE_LIMITED;
      case "overloaded_error",
          "engine_overloaded",
          "server_overloaded",
          "service_unavailable",
          "service_unavailable_error",
          "unavailable_error",
          "service_tier_capacity_exceeded" ->
          Kind.OVERLOADED;
      case "timeout", "timeout_error" -> Kind.TIMEOUT;
      default -> kindByStatus(word);
    };
  }

  private static @Nullable Kind kindByStatus(String word) {
    if (!word.matches("\\d{3}")) {
      return null;
    }
    int status = Integer.parseInt(word);
    return status >= MIN_ERROR_STATUS && status <= MAX_ERROR_STATUS ? Statuses.kind(status) : null;
  }
}
