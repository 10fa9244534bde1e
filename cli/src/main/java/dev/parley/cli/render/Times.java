package dev.parley.cli.render;

import com.google.protobuf.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Points in time for people of one time zone. Immutable.
///
/// @param zone whose time
public record Times(ZoneId zone) {
  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
  private static final DateTimeFormatter FULL =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("EEEE, d MMMM yyyy", Locale.ENGLISH);

  /// `14:03`.
  public String clock(Timestamp time) {
    return CLOCK.format(at(time));
  }

  /// `2026-03-05 14:03`.
  public String full(Timestamp time) {
    return FULL.format(at(time));
  }

  /// The day.
  public LocalDate date(Timestamp time) {
    return at(time).toLocalDate();
  }

  /// `Thursday, 5 March 2026`.
  public static String day(LocalDate date) {
    return DAY.format(date);
  }

  // Others may send any number as a time; what is no time is shown as the beginning of all.
  private ZonedDateTime at(Timestamp time) {
    try {
      return Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).atZone(zone);
    } catch (DateTimeException _) {
      return Instant.EPOCH.atZone(zone);
    }
  }
}
