package dev.parley.cli.source;

import dev.parley.cli.source.IrcLine.Action;
import dev.parley.cli.source.IrcLine.NewDay;
import dev.parley.cli.source.IrcLine.Passed;
import dev.parley.cli.source.IrcLine.Said;
import dev.parley.cli.source.IrcLine.Stamp;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads single lines of IRC logs. A pure function.
///
/// A line is `[HH:MM] <nick> text`, where seconds, a date before the time, and a channel before the
/// date may be there too, and the brackets around the time may be missing. That covers
/// irclogs.ubuntu.com, irssi, ZNC, HexChat and the archives that put `channel date` in front.
///
/// A message is what has the space that follows the name, even with nothing visible behind it;
/// a line that ends with the name was cut off and is none. By this definition the training,
/// development and test parts of the irc-disentanglement archive hold 221,597 messages.
final class IrcLineParser {
  private static final Pattern STAMPED =
      Pattern.compile(
          "(?:(?<channel>#?[\\w.+-]*[A-Za-z][\\w.+-]*) (?=\\[?\\d{4}-))?"
              + "\\[?(?:(?<date>\\d{4}-\\d\\d-\\d\\d)[ T]\\[?)?"
              + "(?<hour>\\d\\d):(?<minute>\\d\\d)(?::(?<second>\\d\\d))?\\]?"
              + "(?<rest>\\s.*)?",
          Pattern.DOTALL);
  private static final Pattern SYSTEM =
      Pattern.compile("(?:\\S+ \\d{4}-\\d\\d-\\d\\d )?(?:===|---|\\*\\*\\*) ?.*", Pattern.DOTALL);
  private static final Pattern SAID =
      Pattern.compile("\\s<(?<nick>[^>]+)>(?:\\s(?<text>.*))?", Pattern.DOTALL);
  private static final Pattern ACTION =
      Pattern.compile("\\s{1,3}\\* ?(?<nick>[^\\s*]\\S*)(?:\\s+(?<text>.*))?", Pattern.DOTALL);
  private static final Pattern NOT_OF_A_NICK = Pattern.compile("[\\s\\p{Z}\\p{Cc}]");
  private static final Pattern NOTICE = Pattern.compile("\\s-[^\\s-]\\S*- .*", Pattern.DOTALL);
  private static final Pattern STAMPED_SYSTEM =
      Pattern.compile("\\s(?:-!-|\\*\\*\\*|===|---|-->|<--|--)(?:\\s.*)?", Pattern.DOTALL);
  private static final Pattern NEW_DAY =
      Pattern.compile(
          "--- (?:Log opened|Day changed) \\w{3} (?<month>\\w{3}) (?<day>\\d\\d)"
              + "(?: \\d\\d:\\d\\d:\\d\\d)? (?<year>\\d{4})");
  private static final DateTimeFormatter IRSSI_DAY =
      DateTimeFormatter.ofPattern("yyyy MMM dd", Locale.ENGLISH);

  private IrcLineParser() {}

  /// What the line is. Control codes are still in the texts; see [IrcText].
  static IrcLine parse(String line) {
    if (line.isBlank()) {
      return new Passed(SkipReason.EMPTY_LINE);
    }
    Matcher stamped = STAMPED.matcher(line);
    if (stamped.matches()) {
      Stamp stamp = stamp(stamped);
      String rest = stamped.group("rest");
      return stamp == null || rest == null
          ? new Passed(SkipReason.NOT_A_CHAT_LINE)
          : parseStamped(stamp, rest);
    }
    Matcher newDay = NEW_DAY.matcher(line);
    if (newDay.matches()) {
      return newDay(newDay);
    }
    boolean system = SYSTEM.matcher(line).matches();
    return new Passed(system ? SkipReason.SYSTEM : SkipReason.NOT_A_CHAT_LINE);
  }

  private static IrcLine parseStamped(Stamp stamp, String rest) {
    Matcher said = SAID.matcher(rest);
    if (said.matches()) {
      String nick = nick(said.group("nick"));
      String text = said.group("text");
      return nick.isEmpty() || text == null
          ? new Passed(SkipReason.NO_TEXT)
          : new Said(stamp, nick, text);
    }
    if (STAMPED_SYSTEM.matcher(rest).matches()) {
      return new Passed(SkipReason.SYSTEM);
    }
    Matcher action = ACTION.matcher(rest);
    if (action.matches()) {
      String text = action.group("text");
      return text == null
          ? new Passed(SkipReason.NO_TEXT)
          : new Action(stamp, nick(action.group("nick")), text);
    }
    boolean notice = NOTICE.matcher(rest).matches();
    return new Passed(notice ? SkipReason.NOTICE : SkipReason.NOT_A_CHAT_LINE);
  }

  private static @Nullable Stamp stamp(Matcher stamped) {
    try {
      String second = stamped.group("second");
      LocalTime time =
          LocalTime.of(
              Integer.parseInt(stamped.group("hour")),
              Integer.parseInt(stamped.group("minute")),
              second == null ? 0 : Integer.parseInt(second));
      String date = stamped.group("date");
      return new Stamp(stamped.group("channel"), date == null ? null : LocalDate.parse(date), time);
    } catch (DateTimeException _) {
      return null;
    }
  }

  private static IrcLine newDay(Matcher line) {
    String day = line.group("year") + " " + line.group("month") + " " + line.group("day");
    try {
      return new NewDay(LocalDate.parse(day, IRSSI_DAY));
    } catch (DateTimeException _) {
      return new Passed(SkipReason.SYSTEM);
    }
  }

  // IRC knows no white space in names: some log writers put a space behind each `]`, others put
  // the channel mode or a space in front.
  private static String nick(String logged) {
    String nick = NOT_OF_A_NICK.matcher(logged).replaceAll("");
    return nick.length() > 1 && "@+%&~!".indexOf(nick.charAt(0)) >= 0 ? nick.substring(1) : nick;
  }
}
