package dev.parley.core.error;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A refused request.
///
/// @param reason why
/// @param message what was wrong and what was expected, in words
/// @param retryAfter how long to wait before sending the same again; null: it will not help
public record Refusal(Reason reason, String message, @Nullable Duration retryAfter) {
  /// The same refusal of a request that may be sent again, later.
  public Refusal retryAfter(Duration delay) {
    return new Refusal(reason, message, delay);
  }
}
