package dev.parley.bench.measure;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Times as options have them, such as `20ms`. A pure function.
public final class Durations implements ITypeConverter<Duration> {
  private static final Pattern FORM = Pattern.compile("(?<number>\\d{1,9})(?<unit>us|ms|s)");

  /// A time.
  ///
  /// @throws TypeConversionException if it is none
  @Override
  public Duration convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException("'%s' (expected: such as 500us, 20ms, 5s)".formatted(text));
    }
    long number = Long.parseLong(form.group("number"));
    return switch (form.group("unit")) {
      case "us" -> Duration.ofNanos(1_000 * number);
      case "ms" -> Duration.ofMillis(number);
      default -> Duration.ofSeconds(number);
    };
  }
}
