package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/// What HTTP itself says of a request that had no success (RFC 9110, 10.2.3 and 15; RFC 6585). Pure
/// functions.
final class Statuses {
  private static final int SECOND_MILLIS = 1_000;
  private static final int HUNDRED = 100;
  private static final int CALLERS_FAULT = 4;

  private Statuses() {}

  /// What a status means, unless the body knows better.
  static Kind kind(int status) {
    return switch (status) {
      case 401 -> Kind.UNAUTHENTICATED;
      case 402, 403 -> Kind.PERMISSION_DENIED;
      case 404 -> Kind.NOT_FOUND;
      case 408, 504 -> Kind.TIMEOUT;
      case 429 -> Kind.RATE_LIMITED;
      case 503, 529 -> Kind.OVERLOADED;
      // a redirect, which is not followed, tells of the provider's address and not of the request
      default -> status / HUNDRED == CALLERS_FAULT ? Kind.INVALID_REQUEST : Kind.FAILED;
    };
  }

  /// How long the provider wants to be left alone; null: it does not say.
  static @Nullable Duration retryAfter(HttpAnswer answer, Instant now) {
    Double millis = number(answer.headers().get("retry-after-ms"));
    if (millis != null) {
      return Duration.ofMillis(Math.round(millis));
    }
    String value = answer.headers().get("retry-after");
    Double seconds = number(value);
    if (seconds != null) {
      return Duration.ofMillis(Math.round(seconds * SECOND_MILLIS));
    }
    if (value == null) {
      return null;
    }
    try {
      Instant at = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return at.isAfter(now) ? Duration.between(now, at) : Duration.ZERO;
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static @Nullable Double number(@Nullable String value) {
    if (value == null) {
      return null;
    }
    try {
      double number = Double.parseDouble(value.strip());
      return number >= 0 && number < Integer.MAX_VALUE ? number : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /// What went wrong.
  ///
  /// @param message what the provider says of it; empty: nothing
  static ModelException refusal(Kind kind, HttpAnswer answer, String message) {
    String text = message.isBlank() ? "nothing more" : message.strip();
    return new ModelException(
        kind,
        "the provider answered with %d: %s".formatted(answer.status(), text),
        retryAfter(answer, Instant.now()),
        null);
  }
}
