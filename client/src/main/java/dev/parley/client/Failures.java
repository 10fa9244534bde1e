package dev.parley.client;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.chat.v1.ErrorEvent;
import dev.parley.model.v1.ModelError;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import org.jspecify.annotations.Nullable;

/// Makes a [ParleyException] of whatever went wrong: the one place that reads error details.
final class Failures {

  private Failures() {}

  /// Of a gRPC status. Reason and retry time are in its details, if it has any.
  static ParleyException of(Status status, @Nullable Metadata trailers) {
    String reason = "";
    String advice = "";
    java.time.Duration retryAfter = null;
    com.google.rpc.Status details = StatusProto.fromStatusAndTrailers(status, trailers);
    for (Any detail : details.getDetailsList()) {
      try {
        if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          reason = info.getReason();
          advice = info.getMetadataOrDefault("advice", "");
        } else if (detail.is(RetryInfo.class)) {
          retryAfter = toJava(detail.unpack(RetryInfo.class).getRetryDelay());
        }
      } catch (InvalidProtocolBufferException broken) {
        // Details only explain; the status counts.
      }
    }
    return new ParleyException(
        status.getCode(), reason, words(status), advice, "", retryAfter, status.getCause());
  }

  static ParleyException of(StatusRuntimeException failure) {
    return of(failure.getStatus(), failure.getTrailers());
  }

  /// What a model's error is, of which a status tells; null: it tells of none.
  static @Nullable ModelError modelError(Status status, @Nullable Metadata trailers) {
    ModelError error = detail(status, trailers, ModelError.class);
    String message = status.getDescription();
    return error == null || message == null ? error : error.toBuilder().setMessage(message).build();
  }

  /// A detail of a status; null: there is none of that type.
  static <T extends Message> @Nullable T detail(
      Status status, @Nullable Metadata trailers, Class<T> type) {
    for (Any detail : StatusProto.fromStatusAndTrailers(status, trailers).getDetailsList()) {
      if (detail.is(type)) {
        try {
          return detail.unpack(type);
        } catch (InvalidProtocolBufferException broken) {
          return null; // the status counts
        }
      }
    }
    return null;
  }

  /// Of a refusal on the stream.
  static ParleyException of(ErrorEvent error) {
    return new ParleyException(
        Status.fromCodeValue(error.getCode()).getCode(),
        error.getReason(),
        error.getMessage(),
        error.getAdvice(),
        error.getRequestId(),
        error.hasRetryAfter() ? toJava(error.getRetryAfter()) : null,
        null);
  }

  /// Of a refusal on the stream in sessions, which names no code.
  static ParleyException of(ChatResponse error) {
    boolean later = error.hasRetryAfter();
    return new ParleyException(
        later ? Status.Code.UNAVAILABLE : Status.Code.FAILED_PRECONDITION,
        error.getReason(),
        error.getErrorMessage(),
        "",
        error.getRequestId(),
        later ? toJava(error.getRetryAfter()) : null,
        null);
  }

  static ParleyException resting() {
    return ParleyException.local(
        Status.Code.CANCELLED, "CLIENT_DISCONNECTED", "the client is disconnected", "Connect.");
  }

  static ParleyException watchedAnew(String session) {
    return ParleyException.local(
        Status.Code.ABORTED,
        "CLIENT_WATCHED_ANEW",
        "session " + session + " is watched from elsewhere, or no more",
        "");
  }

  static ParleyException closed() {
    return ParleyException.local(
        Status.Code.CANCELLED,
        "CLIENT_CLOSED",
        "the client is closed",
        "Whether the request was carried out is unknown; send it again with the same id.");
  }

  static ParleyException notConnected() {
    return ParleyException.local(
        Status.Code.UNAVAILABLE, "CLIENT_NOT_CONNECTED", "there is no connection", "Try later.");
  }

  static ParleyException busy(String what) {
    return ParleyException.local(
        Status.Code.RESOURCE_EXHAUSTED, "CLIENT_BUSY", what, "Wait for earlier ones.");
  }

  static ParleyException notJoined(String why) {
    return ParleyException.local(
        Status.Code.PERMISSION_DENIED, "NOT_A_MEMBER", why, "List the rooms that you may see.");
  }

  static ParleyException noWelcome(java.time.Duration waited) {
    return late(Status.Code.DEADLINE_EXCEEDED, "CLIENT_NO_WELCOME", "no welcome", waited);
  }

  static ParleyException noConnection(java.time.Duration waited) {
    return late(Status.Code.DEADLINE_EXCEEDED, "CLIENT_NO_CONNECTION", "no connection", waited);
  }

  static ParleyException noEnd(java.time.Duration waited) {
    String what = "the server did not end the stream";
    return late(Status.Code.UNAVAILABLE, "CLIENT_NO_END", what, waited);
  }

  private static ParleyException late(
      Status.Code code, String reason, String what, java.time.Duration waited) {
    return ParleyException.local(code, reason, what + " within " + waited.toMillis() + " ms", "");
  }

  static ParleyException noChannel(RuntimeException cause) {
    return new ParleyException(
        Status.Code.INVALID_ARGUMENT,
        "CLIENT_BAD_TARGET",
        "cannot make a channel: " + cause.getMessage(),
        "Correct the target (expected: HOST:PORT) or the channel settings.",
        "",
        null,
        cause);
  }

  static ParleyException idInUse(String id, String where) {
    return ParleyException.local(
        Status.Code.ALREADY_EXISTS,
        "CLIENT_ID_IN_USE",
        "request id " + id + " waits for its answer already, in " + where,
        "Wait for that answer, or take another id.");
  }

  static ParleyException silence(java.time.Duration silence) {
    return ParleyException.local(
        Status.Code.UNAVAILABLE,
        "CLIENT_SERVER_SILENT",
        "nothing came from the server for " + silence.toMillis() + " ms",
        "");
  }

  static ParleyException violation(String what) {
    return ParleyException.local(
        Status.Code.INTERNAL, "CLIENT_PROTOCOL_VIOLATION", what, "Report it: the server erred.");
  }

  static ParleyException tooLarge(int bytes, int maxBytes) {
    return ParleyException.local(
        Status.Code.INVALID_ARGUMENT,
        "TOO_LARGE",
        "the request has %,d bytes (expected: at most %,d)".formatted(bytes, maxBytes),
        "Send less.");
  }

  /// As the server says it of a field.
  static ParleyException tooLong(String field, int bytes, int maxBytes, String requestId) {
    return new ParleyException(
        Status.Code.INVALID_ARGUMENT,
        "TOO_LARGE",
        "%s: %d bytes (expected: at most %d)".formatted(field, bytes, maxBytes),
        "",
        requestId,
        null,
        null);
  }

  static ParleyException unanswered(int requests) {
    return ParleyException.local(
        Status.Code.DEADLINE_EXCEEDED,
        "CLIENT_CLOSED",
        "closed with " + requests + " requests unanswered",
        "Send them again with the same ids.");
  }

  static java.time.Duration toJava(Duration duration) {
    return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  private static String words(Status status) {
    if (status.isOk()) {
      return "the server ended the stream";
    }
    String description = status.getDescription();
    Throwable cause = status.getCause();
    String because = cause == null ? null : cause.getMessage();
    if (description == null) {
      return because == null ? status.getCode().toString() : because;
    }
    return because == null ? description : description + ": " + because;
  }
}
