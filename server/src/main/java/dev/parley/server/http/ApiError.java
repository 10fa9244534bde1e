package dev.parley.server.http;

import com.google.protobuf.Duration;
import dev.parley.model.v1.ModelError;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Why a request is not answered, in the form that clients of OpenAI know.
///
/// @param status of HTTP
/// @param type OpenAI's word for whose fault it is
/// @param code what it is, for programs
/// @param param which part of the request it is about; null: none
/// @param message what happened and what was expected, in words
/// @param headers to be sent with it
record ApiError(
    int status,
    String type,
    String code,
    @Nullable String param,
    String message,
    Map<String, String> headers) {
  private static final String INVALID = "invalid_request_error";
  private static final String UPSTREAM = "upstream_error";
  private static final String SERVER = "server_error";

  /// Names of fields of Parley's own protocol, in which questions are checked, here.
  private static final Map<String, String> FIELDS =
      Map.of(
          "fallback_models", "models",
          "sampling.temperature", "temperature",
          "sampling.top_p", "top_p",
          "sampling.stop", "stop",
          "tools", "tools",
          "tools.name", "tools[].function.name",
          "tool_choice.at_most_one", "parallel_tool_calls",
          "output_format.schema.name", "response_format.json_schema.name");

  /// OpenAI's clients ask again after most statuses from 500 on, unless this header says no.
  private static final Map<String, String> FOR_GOOD = Map.of("x-should-retry", "false");

  /// What is wrong with a request.
  ///
  /// @param param which part of it; null: none
  static ApiError invalid(@Nullable String param, String message) {
    return new ApiError(400, INVALID, "invalid_value", param, message, Map.of());
  }

  /// What is wrong with a question, by the names that its fields have here.
  private static ApiError invalid(ModelError error) {
    String message = error.getMessage();
    int colon = message.indexOf(':');
    String field = colon < 0 ? null : FIELDS.get(message.substring(0, colon));
    String told = field == null ? message : field + message.substring(colon);
    return invalid(field, named(error.getRoute(), told));
  }

  /// What is right with OpenAI, and has no counterpart here.
  static ApiError unsupported(String param, String message) {
    return new ApiError(400, INVALID, "unsupported_parameter", param, message, Map.of());
  }

  /// What nobody knows.
  static ApiError unknown(String param, String message) {
    return new ApiError(400, INVALID, "unknown_parameter", param, message, Map.of());
  }

  /// What is wrong with a request of HTTP, whatever it asks for.
  static ApiError refused(int status, String code, String message) {
    return new ApiError(status, INVALID, code, null, message, Map.of());
  }

  /// There is no such model.
  static ApiError noModel(String message) {
    return new ApiError(404, INVALID, "model_not_found", "model", message, Map.of());
  }

  /// Somebody, or everybody, asks for too much at the moment.
  static ApiError overloaded(String message) {
    return new ApiError(503, SERVER, "overloaded", null, message, Map.of("retry-after", "1"));
  }

  /// The server stops.
  static ApiError draining() {
    return new ApiError(
        503,
        SERVER,
        "draining",
        null,
        "the server stops (expected: the same again in a moment)",
        Map.of("retry-after", "1"));
  }

  /// The server has a fault.
  static ApiError internal() {
    return new ApiError(
        500, SERVER, "internal", null, "the server has a fault; its log tells more", FOR_GOOD);
  }

  /// Why a question was not answered, or not to its end.
  ///
  /// @param ownCredential whether the credential that the provider was asked with is the caller's:
  ///     if it is not, the caller can do nothing about its being refused
  static ApiError of(ModelError error, boolean ownCredential) {
    ApiError told =
        switch (error.getKind()) {
          case KIND_INVALID_REQUEST -> invalid(error);
          case KIND_UNAUTHENTICATED ->
              ownCredential
                  ? of(401, "authentication_error", "invalid_api_key", error)
                  : of(502, UPSTREAM, "provider_unauthenticated", error).forGood();
          case KIND_PERMISSION_DENIED ->
              ownCredential
                  ? of(403, "permission_error", "permission_denied", error)
                  : of(502, UPSTREAM, "provider_permission_denied", error).forGood();
          case KIND_NOT_FOUND -> noModel(named(error));
          case KIND_RATE_LIMITED -> of(429, "rate_limit_error", "rate_limit_exceeded", error);
          case KIND_OVERLOADED -> of(503, UPSTREAM, "overloaded", error);
          case KIND_FAILED -> of(502, UPSTREAM, "provider_failed", error);
          case KIND_UNREACHABLE -> of(502, UPSTREAM, "provider_unreachable", error);
          case KIND_TIMEOUT -> of(504, UPSTREAM, "provider_timeout", error).forGood();
          case KIND_CUT -> of(502, UPSTREAM, "provider_cut", error);
          case KIND_MALFORMED -> of(502, UPSTREAM, "provider_malformed", error).forGood();
          case KIND_BLOCKED -> of(400, INVALID, "content_filter", error);
          case KIND_UNREAD -> of(408, INVALID, "answer_unread", error);
          case KIND_CANCELLED, KIND_INTERNAL, KIND_UNKNOWN, UNRECOGNIZED -> internal();
        };
    ApiError whether = error.getAttempts() > 1 ? told.forGood() : told; // it was tried again here
    return error.hasRetryAfter() ? whether.after(error.getRetryAfter()) : whether;
  }

  private static ApiError of(int status, String type, String code, ModelError error) {
    return new ApiError(status, type, code, null, named(error), Map.of());
  }

  /// What happened, and with which model, for there may be several.
  private static String named(ModelError error) {
    return named(error.getRoute(), error.getMessage());
  }

  private static String named(String route, String message) {
    return route.isEmpty() || message.startsWith(route) ? message : route + ": " + message;
  }

  private ApiError forGood() {
    return with(FOR_GOOD);
  }

  private ApiError after(Duration time) {
    long seconds = time.getSeconds() + (time.getNanos() > 0 ? 1 : 0);
    return with(Map.of("retry-after", Long.toString(Math.max(1, seconds))));
  }

  /// The same with more headers.
  ApiError with(Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(headers);
    all.putAll(more);
    return new ApiError(status, type, code, param, message, all);
  }

  /// The body that tells it.
  ObjectNode json() {
    ObjectNode body = Json.object();
    ObjectNode error = body.putObject("error");
    error.put("message", message).put("type", type).put("param", param).put("code", code);
    return body;
  }
}
