package dev.parley.cli.source;

import dev.parley.cli.source.IrcLine.Stamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/// Turns the times of day of one log into instants. Owned by the thread that reads the log.
///
/// Logs tell the time and no date; when the time goes back, a new day has begun. Old logs moreover
/// have a clock of twelve hours without "am" or "pm" (11:59 is followed by 12:00 or 00:00, and
/// 12:59 by 01:00): there a new half-day has begun, and the first half-day is taken for the
/// morning. What goes back by up to five minutes is a line out of order, not a day.
final class IrcClock {
  private static final Duration JITTER = Duration.ofMinutes(5);

  private final ZoneId zone;
  private final int clockHours;
  private LocalDateTime clockStart;
  private @Nullable Duration previous;

  /// A clock that begins on a date.
  ///
  /// @param twelveHours whether the log's clock has twelve hours; see [LogScan]
  IrcClock(LocalDate date, boolean twelveHours, ZoneId zone) {
    this.clockStart = date.atStartOfDay();
    this.clockHours = twelveHours ? 12 : 24;
    this.zone = zone;
  }

  /// The next lines are of this date.
  void startDay(LocalDate date) {
    clockStart = date.atStartOfDay();
    previous = null;
  }

  /// The instant of the next line.
  Instant next(Stamp stamp) {
    LocalDate date = stamp.date();
    if (date != null) {
      return date.atTime(stamp.time()).atZone(zone).toInstant();
    }
    Duration sinceStart = sinceStart(stamp.time());
    Duration before = previous;
    if (before != null && sinceStart.plus(JITTER).compareTo(before) < 0) {
      clockStart = clockStart.plusHours(clockHours);
    }
    previous = sinceStart;
    return clockStart.plus(sinceStart).atZone(zone).toInstant();
  }

  private Duration sinceStart(LocalTime time) {
    return Duration.ofSeconds(time.toSecondOfDay() % (clockHours * 3_600L));
  }
}
