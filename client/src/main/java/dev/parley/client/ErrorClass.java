package dev.parley.client;

import io.grpc.Status;

/// Whether trying again may help: the one place that decides it.
///
/// UNKNOWN, INTERNAL and CANCELLED count as transient because that is what a reset stream or a
/// dying proxy looks like from here; a server that refuses for good says so with another code. OK
/// is the end of a stream that this client did not end: the server is going.
enum ErrorClass {
  /// Connect again, after a delay.
  TRANSIENT,
  /// Stop: the same call would fail again.
  FATAL;

  static ErrorClass of(Status.Code code) {
    return switch (code) {
      case OK,
          CANCELLED,
          UNKNOWN,
          DEADLINE_EXCEEDED,
          RESOURCE_EXHAUSTED,
          ABORTED,
          INTERNAL,
          UNAVAILABLE ->
          TRANSIENT;
      case UNAUTHENTICATED,
          PERMISSION_DENIED,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          FAILED_PRECONDITION,
          OUT_OF_RANGE,
          UNIMPLEMENTED,
          DATA_LOSS ->
          FATAL;
    };
  }
}
