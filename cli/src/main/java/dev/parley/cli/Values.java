package dev.parley.cli;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/// Understands what is given with options, and says in words what cannot be understood. Pure
/// functions.
final class Values {
  private Values() {}

  /// For a command and those below it.
  static void install(CommandLine commands) {
    commands.registerConverter(LocalDate.class, Values::date);
    commands.registerConverter(ZoneId.class, Values::zone);
  }

  private static LocalDate date(String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException _) {
      throw wrong(text, "a day such as 2004-12-25");
    }
  }

  private static ZoneId zone(String text) {
    try {
      return ZoneId.of(text);
    } catch (DateTimeException _) {
      throw wrong(text, "a time zone such as Europe/Berlin, UTC or +02:00");
    }
  }

  private static TypeConversionException wrong(String text, String expected) {
    return new TypeConversionException("\"%s\" (expected: %s)".formatted(text, expected));
  }
}
