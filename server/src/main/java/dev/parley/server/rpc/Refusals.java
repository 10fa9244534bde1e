package dev.parley.server.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.parley.core.error.Refusal;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import org.jspecify.annotations.Nullable;

/// The one place that turns a refusal into a gRPC status: its code and words, the reason and advice
/// as `google.rpc.ErrorInfo`, the delay as `google.rpc.RetryInfo`.
public final class Refusals {
  /// `ErrorInfo.domain` of everything that Parley refuses.
  public static final String DOMAIN = "parley.dev";

  private Refusals() {}

  /// The status for a refusal, with details.
  public static StatusRuntimeException status(Refusal refusal) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(refusal.reason().code().number())
            .setMessage(refusal.message())
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason(refusal.reason().name())
                        .setDomain(DOMAIN)
                        .putMetadata("advice", refusal.reason().advice())
                        .build()));
    java.time.Duration retryAfter = refusal.retryAfter();
    if (retryAfter != null) {
      status.addDetails(
          Any.pack(RetryInfo.newBuilder().setRetryDelay(duration(retryAfter)).build()));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  /// Ends a call with the status for a refusal.
  public static void close(io.grpc.ServerCall<?, ?> call, Refusal refusal) {
    StatusRuntimeException status = status(refusal);
    @Nullable Metadata trailers = status.getTrailers();
    Status plain = status.getStatus();
    call.close(plain, trailers == null ? new Metadata() : trailers);
  }

  /// A span of time on the wire.
  public static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }
}
