package dev.parley.server.rpc;

import dev.parley.core.time.Clock;
import java.security.SecureRandom;
import java.util.UUID;

/// Ids that the server gives: UUIDs of version 7 (RFC 9562), whose text sorts by the millisecond in
/// which they were made. So an index of them grows at its end, and one that is read backwards has
/// the newest first. Thread-safe.
public final class Ids {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long MICROS_PER_MILLI = 1_000;
  private static final int TIME_SHIFT = 16;
  private static final long VERSION = 7L << 12;
  private static final long VARIANT = 1L << 63;

  private Ids() {}

  /// A new id.
  public static String next() {
    return next(Clock.system().epochMicros());
  }

  /// A new id.
  ///
  /// @param epochMicros microseconds since 1970 UTC
  public static String next(long epochMicros) {
    long millis = epochMicros / MICROS_PER_MILLI;
    long high = (millis << TIME_SHIFT) | VERSION | RANDOM.nextInt(1 << 12);
    long low = VARIANT | (RANDOM.nextLong() >>> 2);
    return new UUID(high, low).toString();
  }
}
