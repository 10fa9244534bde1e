package dev.parley.client;

import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A request was refused, or could not be answered. Immutable.
///
/// The message says what was wrong in words, with the reason behind it.
public final class ParleyException extends RuntimeException {

  private final Status.Code code;
  private final String reason;
  private final String advice;
  private final String requestId;
  private final @Nullable Duration retryAfter;

  public ParleyException(
      Status.Code code,
      String reason,
      String message,
      String advice,
      String requestId,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    super(reason.isEmpty() ? message : message + " (" + reason + ")", cause);
    this.code = code;
    this.reason = reason;
    this.advice = advice;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
  }

  /// A failure that this client found itself.
  static ParleyException local(Status.Code code, String reason, String message, String advice) {
    return new ParleyException(code, reason, message, advice, "", null, null);
  }

  /// The kind of failure.
  public Status.Code code() {
    return code;
  }

  /// What exactly: a reason of the server's error table, such as `NOT_A_MEMBER`, or one of this
  /// client's own, which begin with `CLIENT_`. Empty if the server gave none.
  public String reason() {
    return reason;
  }

  /// What to do next, in words; may be empty.
  public String advice() {
    return advice;
  }

  /// Id of the request; empty if it had none.
  public String requestId() {
    return requestId;
  }

  /// How long to wait before trying again. Empty: trying again as it is will not help, or nothing
  /// is known.
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /// Whether the same call may succeed later.
  public boolean isTransient() {
    return retryAfter != null || ErrorClass.of(code) == ErrorClass.TRANSIENT;
  }
}
