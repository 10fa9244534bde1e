package dev.parley.core.topic;

import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import java.time.Duration;

/// What clients are told when the journal fails: that nothing was stored, and when to try again.
public final class JournalRefusals {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private JournalRefusals() {}

  /// The refusal for a failure.
  public static Refusal of(JournalException e) {
    return switch (e.kind()) {
      case FULL ->
          Reason.STORAGE_FULL
              .because("storage is full: nothing was stored (expected: free space)")
              .retryAfter(RETRY);
      case READ_ONLY ->
          Reason.STORAGE_READ_ONLY
              .because("storage is read-only: nothing was stored (expected: a writable disk)")
              .retryAfter(RETRY);
      case CORRUPT ->
          Reason.STORAGE_CORRUPT.because("stored data is damaged: nothing was stored or read");
      case CONFLICT, BROKEN ->
          Reason.STORAGE_UNAVAILABLE
              .because("storage failed: nothing was stored (expected: a working disk)")
              .retryAfter(RETRY);
    };
  }
}
