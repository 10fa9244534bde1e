package dev.parley.cli.source;

import dev.parley.cli.source.IrcLine.Action;
import dev.parley.cli.source.IrcLine.NewDay;
import dev.parley.cli.source.IrcLine.Passed;
import dev.parley.cli.source.IrcLine.Said;
import dev.parley.cli.source.IrcLine.Stamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a first reading of an IRC log tells: what cannot be known from its first lines alone.
/// Immutable.
///
/// @param file the log
/// @param date the day that its first line belongs to; from its lines, else from its name
/// @param room the room that its lines or its name tell, such as `#rust`
/// @param twelveHours whether its clock has twelve hours: no hour is 13 or later
/// @param messages lines that hold a message
/// @param bytes its length
record LogScan(
    Path file,
    @Nullable LocalDate date,
    @Nullable String room,
    boolean twelveHours,
    long messages,
    long bytes) {
  private static final Pattern DATE_IN_NAME =
      Pattern.compile("(?<!\\d)((?:19|20)\\d\\d)-?([01]\\d)-?([0-3]\\d)(?!\\d)");
  private static final Pattern ROOM_IN_NAME = Pattern.compile("#[\\w#+-][\\w#+.-]*?(?=\\.|_\\d|$)");

  /// Reads the file once.
  static LogScan of(Path file) throws IOException {
    var scanner = new Scanner();
    try (var lines = new ByteLines(Files.newInputStream(file))) {
      for (var line = lines.next(); line != null; line = lines.next()) {
        scanner.see(IrcLineParser.parse(line.text()));
      }
    }
    String name = file.getFileName().toString();
    return new LogScan(
        file,
        scanner.date == null ? dateIn(name) : scanner.date,
        scanner.channel == null ? roomIn(name) : "#" + scanner.channel,
        scanner.maxHour < 13,
        scanner.messages,
        Files.size(file));
  }

  static @Nullable LocalDate dateIn(String name) {
    Matcher found = DATE_IN_NAME.matcher(name);
    while (found.find()) {
      try {
        return LocalDate.of(
            Integer.parseInt(found.group(1)),
            Integer.parseInt(found.group(2)),
            Integer.parseInt(found.group(3)));
      } catch (DateTimeException _) {
        // Digits that are no date; there may be others.
      }
    }
    return null;
  }

  private static @Nullable String roomIn(String name) {
    Matcher found = ROOM_IN_NAME.matcher(name);
    return found.find() ? found.group() : null;
  }

  private static final class Scanner {
    @Nullable LocalDate date;
    @Nullable String channel;
    int maxHour;
    long messages;

    void see(IrcLine line) {
      switch (line) {
        case Said said -> see(said.stamp());
        case Action action -> see(action.stamp());
        case NewDay day -> firstDate(day.date());
        case Passed _ -> {}
      }
    }

    private void see(Stamp stamp) {
      messages++;
      maxHour = Math.max(maxHour, stamp.time().getHour());
      firstDate(stamp.date());
      String named = stamp.channel();
      if (channel == null && named != null) {
        channel = named.startsWith("#") ? named.substring(1) : named;
      }
    }

    private void firstDate(@Nullable LocalDate seen) {
      if (date == null) {
        date = seen;
      }
    }
  }
}
