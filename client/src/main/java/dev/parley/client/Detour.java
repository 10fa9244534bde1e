package dev.parley.client;

import java.time.Duration;
import java.util.function.LongSupplier;

/// Whether questions go by the unary call for now, because no stream comes through. Thread-safe.
final class Detour {
  /// How long after it was seen that streams do not come through none is tried.
  static final Duration LASTS = Duration.ofMinutes(10);

  private final LongSupplier nanoTime;
  private boolean taken;
  private long sinceNanos;

  Detour(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// Whether a failure says that a stream did not come through, and nothing about the question.
  ///
  /// UNIMPLEMENTED is what servers without the method say, and proxies by HTTP status 404. INTERNAL
  /// and UNKNOWN are made of a stream that was reset, of HTTP status 400, of 405, 415, 464, 501 and
  /// others that have no code of their own, and of answers that are no gRPC. With a reason they are
  /// the server's own words. UNAVAILABLE, also made of 502, 503 and 504, is not among them: who
  /// cannot be reached cannot be reached by another call either, and who broke off may have asked.
  static boolean leadsAround(ParleyException failure) {
    return failure.reason().isEmpty()
        && switch (failure.code()) {
          case UNIMPLEMENTED, INTERNAL, UNKNOWN -> true;
          case OK,
              CANCELLED,
              INVALID_ARGUMENT,
              DEADLINE_EXCEEDED,
              NOT_FOUND,
              ALREADY_EXISTS,
              PERMISSION_DENIED,
              RESOURCE_EXHAUSTED,
              FAILED_PRECONDITION,
              ABORTED,
              OUT_OF_RANGE,
              UNAVAILABLE,
              DATA_LOSS,
              UNAUTHENTICATED ->
              false;
        };
  }

  /// The unary call came through. Does not make a detour that is taken already last longer.
  synchronized void take() {
    if (!isTaken()) {
      taken = true;
      sinceNanos = nanoTime.getAsLong();
    }
  }

  synchronized boolean isTaken() {
    taken &= nanoTime.getAsLong() - sinceNanos < LASTS.toNanos();
    return taken;
  }
}
