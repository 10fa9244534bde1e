package dev.parley.client;

import java.security.SecureRandom;
import java.util.UUID;

/// Ids of what is sent: UUIDs of version 7 (RFC 9562), which rise with time, so that the server's
/// index of them grows at its end. Thread-safe.
final class Ids {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int TIME_SHIFT = 16;
  private static final long VERSION = 7L << 12;
  private static final long VARIANT = 1L << 63;

  private Ids() {}

  /// A new id.
  static String next() {
    long high = (System.currentTimeMillis() << TIME_SHIFT) | VERSION | RANDOM.nextInt(1 << 12);
    long low = VARIANT | (RANDOM.nextLong() >>> 2);
    return new UUID(high, low).toString();
  }
}
