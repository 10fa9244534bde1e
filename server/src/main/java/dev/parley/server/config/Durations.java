package dev.parley.server.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Times as the configuration has them. Pure functions.
final class Durations {
  /// What they look like.
  static final String FORM = "as 250ms, 10s, 5m or 1h";

  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  private Durations() {}

  /// A time that a setting may not be below or above.
  static Duration bound(String text) {
    Duration bound = read(text);
    if (bound == null) {
      throw new IllegalStateException("a bound of a setting: " + text);
    }
    return bound;
  }

  /// The time; null: it is none.
  static @Nullable Duration read(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }
}
