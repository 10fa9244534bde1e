package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Errors as Google's services tell them (AIP-193). Pure functions.
final class GeminiErrors {
  private static final Pattern SECONDS = Pattern.compile("(\\d{1,9})(?:\\.(\\d{1,9}))?s");
  private static final int NANO_DIGITS = 9;
  private static final int MAX_STATUS = 599;

  private GeminiErrors() {}

  /// The error that an answer or an event tells of; null: none. One that was to be a list may hold
  /// it as an element.
  static @Nullable JsonNode find(JsonNode node) {
    for (JsonNode element : node.isArray() ? node.values() : List.of(node)) {
      if (element.path("error").isObject()) {
        return element.path("error");
      }
    }
    return null;
  }

  static ModelException inStream(JsonNode error) {
    int code = error.path("code").asInt(0);
    Kind otherwise = code >= 400 && code <= MAX_STATUS ? Statuses.kind(code) : Kind.FAILED;
    return new ModelException(
        kind(error, otherwise),
        "the provider broke off with %s: %s"
            .formatted(Json.told(error, "status"), Json.told(error, "message")),
        retryDelay(error),
        null);
  }

  static ModelException refusal(HttpAnswer answer) {
    JsonNode found = find(Answers.lenient(answer));
    JsonNode error = found == null ? Json.object() : found;
    ModelException refusal =
        Statuses.refusal(
            kind(error, Statuses.kind(answer.status())), answer, Answers.message(error, answer));
    Duration delay = retryDelay(error);
    return refusal.retryAfter() != null || delay == null
        ? refusal
        : new ModelException(refusal.kind(), String.valueOf(refusal.getMessage()), delay, null);
  }

  private static Kind kind(JsonNode error, Kind otherwise) {
    if (reason(error).equals("API_KEY_INVALID")) {
      // Told with INVALID_ARGUMENT.
      return Kind.UNAUTHENTICATED;
    }
    return switch (Json.told(error, "status")) {
      case "INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE" -> Kind.INVALID_REQUEST;
      case "UNAUTHENTICATED" -> Kind.UNAUTHENTICATED;
      case "PERMISSION_DENIED" -> Kind.PERMISSION_DENIED;
      case "NOT_FOUND" -> Kind.NOT_FOUND;
      case "RESOURCE_EXHAUSTED" -> Kind.RATE_LIMITED;
      case "UNAVAILABLE" -> Kind.OVERLOADED;
      case "DEADLINE_EXCEEDED" -> Kind.TIMEOUT;
      case "INTERNAL", "UNKNOWN", "ABORTED", "CANCELLED", "DATA_LOSS" -> Kind.FAILED;
      default -> otherwise;
    };
  }

  private static String reason(JsonNode error) {
    for (JsonNode detail : error.path("details")) {
      String reason = Json.told(detail, "reason");
      if (!reason.isEmpty()) {
        return reason;
      }
    }
    return "";
  }

  /// What a `RetryInfo` says, such as `34.5s`; null: there is none.
  private static @Nullable Duration retryDelay(JsonNode error) {
    for (JsonNode detail : error.path("details")) {
      Matcher seconds = SECONDS.matcher(Json.told(detail, "retryDelay"));
      if (seconds.matches()) {
        String fraction = seconds.group(2) == null ? "" : seconds.group(2);
        String nanos = fraction + "0".repeat(NANO_DIGITS - fraction.length());
        return Duration.ofSeconds(Long.parseLong(seconds.group(1)), Long.parseLong(nanos));
      }
    }
    return null;
  }
}
