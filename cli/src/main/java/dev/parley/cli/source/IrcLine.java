package dev.parley.cli.source;

import java.time.LocalDate;
import java.time.LocalTime;
import org.jspecify.annotations.Nullable;

/// One line of an IRC log, as [IrcLineParser] understands it. Immutable.
sealed interface IrcLine {

  /// When a line was said, as far as it tells.
  ///
  /// @param channel the channel that the line itself names, without `#`
  /// @param date the date that the line itself names
  /// @param time the time of day; its clock may have twelve hours
  record Stamp(@Nullable String channel, @Nullable LocalDate date, LocalTime time) {}

  /// `[09:14] <nick> text`. The text may be blank, but something stood behind the name.
  record Said(Stamp stamp, String nick, String text) implements IrcLine {}

  /// `[09:14]  * nick does something`.
  record Action(Stamp stamp, String nick, String text) implements IrcLine {}

  /// A line that says which day the next ones belong to.
  record NewDay(LocalDate date) implements IrcLine {}

  /// A line that holds no message.
  record Passed(SkipReason reason) implements IrcLine {}
}
