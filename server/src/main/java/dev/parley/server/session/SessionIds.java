package dev.parley.server.session;

import java.security.SecureRandom;
import java.util.UUID;

/// Ids of sessions: UUIDs of version 7 (RFC 9562), whose text sorts by the millisecond in which
/// they were made. So who lists his sessions by their ids backwards sees the newest first.
/// Thread-safe.
final class SessionIds {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long MICROS_PER_MILLI = 1_000;
  private static final int TIME_SHIFT = 16;
  private static final long VERSION = 7L << 12;
  private static final long VARIANT = 1L << 63;

  private SessionIds() {}

  /// A new id.
  ///
  /// @param epochMicros microseconds since 1970 UTC
  static String next(long epochMicros) {
    long millis = epochMicros / MICROS_PER_MILLI;
    long high = (millis << TIME_SHIFT) | VERSION | RANDOM.nextInt(1 << 12);
    long low = VARIANT | (RANDOM.nextLong() >>> 2);
    return new UUID(high, low).toString();
  }
}
