package dev.parley.cli.source;

import com.google.protobuf.Timestamp;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.cli.source.ByteLines.Line;
import dev.parley.cli.source.IrcLine.Action;
import dev.parley.cli.source.IrcLine.NewDay;
import dev.parley.cli.source.IrcLine.Passed;
import dev.parley.cli.source.IrcLine.Said;
import dev.parley.cli.source.IrcLine.Stamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The messages of IRC logs, log by log. Owned by one thread.
public final class IrcSource implements MessageSource {
  private final IrcOptions options;
  private final SourceTally tally = new SourceTally();
  private final Iterator<LogScan> logs;
  private final long bytesTotal;
  private long bytesRead;
  private @Nullable OpenLog open;

  private IrcSource(List<LogScan> logs, IrcOptions options) {
    this.options = options;
    this.logs = logs.iterator();
    this.bytesTotal = logs.stream().mapToLong(LogScan::bytes).sum();
  }

  /// Looks through files and directories (see [LogFiles]) and prepares to read them.
  ///
  /// @param passed is told each file of a directory that is no chat log
  /// @throws SourceException if a log does not tell its room or its date and the options do not
  public static IrcSource of(List<Path> paths, IrcOptions options, Consumer<Path> passed)
      throws IOException {
    List<LogScan> logs = LogFiles.find(paths, passed);
    List<String> problems = new ArrayList<>();
    for (LogScan log : logs) {
      if (log.room() == null && options.room() == null) {
        problems.add(log.file() + " does not tell its room; give --room");
      }
      if (log.date() == null && options.date() == null) {
        problems.add(log.file() + " does not tell its date; give --date, or put it in the name");
      }
    }
    if (!problems.isEmpty()) {
      throw new SourceException(problems);
    }
    return new IrcSource(logs, options);
  }

  @Override
  public @Nullable SourceItem next() throws IOException {
    while (true) {
      OpenLog log = open;
      if (log == null) {
        if (!logs.hasNext()) {
          return null;
        }
        open = new OpenLog(logs.next());
        tally.file();
        continue;
      }
      Line line = log.lines.next();
      if (line == null) {
        close();
        continue;
      }
      bytesRead += line.bytes();
      tally.line();
      ChatMessage message = log.read(line);
      if (message != null) {
        tally.message();
        return new SourceItem.Message(message, log.origin(line));
      }
    }
  }

  @Override
  public SourceTally tally() {
    return tally;
  }

  @Override
  public long bytesRead() {
    return bytesRead;
  }

  @Override
  public long bytesTotal() {
    return bytesTotal;
  }

  @Override
  public void close() throws IOException {
    OpenLog log = open;
    open = null;
    if (log != null) {
      log.lines.close();
    }
  }

  private final class OpenLog {
    private final ByteLines lines;
    private final IrcClock clock;
    private final String name;
    private final String room;

    OpenLog(LogScan scan) throws IOException {
      name = scan.file().getFileName().toString();
      room = known(options.room(), scan.room());
      LocalDate date = known(scan.date(), options.date());
      clock = new IrcClock(date, scan.twelveHours(), options.zone());
      lines = new ByteLines(Files.newInputStream(scan.file()));
    }

    Origin origin(Line line) {
      return new Origin(name, line.number());
    }

    @Nullable ChatMessage read(Line line) {
      if (line.tooLong()) {
        return skip(SkipReason.LINE_TOO_LONG, line);
      }
      return switch (IrcLineParser.parse(line.text())) {
        case Passed passed -> skip(passed.reason(), line);
        case NewDay day -> {
          clock.startDay(day.date());
          yield skip(SkipReason.SYSTEM, line);
        }
        case Said said -> message(said.stamp(), said.nick(), said.text(), line);
        case Action action -> action(action, line);
      };
    }

    private @Nullable ChatMessage action(Action action, Line line) {
      if (!options.actions()) {
        clock.next(action.stamp());
        return skip(SkipReason.ACTION, line);
      }
      tally.remarks().add(Remark.ACTION, origin(line));
      String text = "* " + action.nick() + " " + action.text();
      return message(action.stamp(), action.nick(), text, line);
    }

    private ChatMessage message(Stamp stamp, String nick, String text, Line line) {
      remark(text, line);
      Instant said = clock.next(stamp);
      ChatMessage.Builder message = ChatMessage.newBuilder();
      message.getSenderBuilder().setId(nick);
      message.getContentBuilder().setText(IrcText.plain(text));
      return message
          .setId(MessageIds.of(origin(line), line.text()))
          .setRoomId(room)
          .setTimestamp(
              Timestamp.newBuilder().setSeconds(said.getEpochSecond()).setNanos(said.getNano()))
          .build();
    }

    private void remark(String text, Line line) {
      if (!line.utf8()) {
        tally.remarks().add(Remark.NOT_UTF8, origin(line));
      }
      if (IrcText.hasCodes(text)) {
        tally.remarks().add(Remark.CODES_REMOVED, origin(line));
      }
      if (IrcText.plain(text).isBlank()) {
        tally.remarks().add(Remark.BLANK_TEXT, origin(line));
      }
    }

    private @Nullable ChatMessage skip(SkipReason reason, Line line) {
      tally.skipped().add(reason, origin(line));
      return null;
    }
  }

  // IrcSource.of has checked that one of the two is there.
  private static <T> T known(@Nullable T first, @Nullable T second) {
    if (first != null) {
      return first;
    }
    if (second != null) {
      return second;
    }
    throw new IllegalStateException("checked before");
  }
}
