package dev.parley.cli.importing;

import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.Streams;
import dev.parley.cli.source.IrcOptions;
import dev.parley.cli.source.IrcSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `parley import irc`.
@Command(
    name = "irc",
    description = "Imports IRC logs.",
    footer = {
      "",
      "A message is a line like \"[09:14] <nick> text\"; seconds, a date, or a channel and a date"
          + " may stand in front, and the brackets around the time may be missing. Actions (\"*"
          + " nick waves\") are imported as messages with that text. Lines that tell who came, went"
          + " or changed a name are skipped and counted. Formatting codes are removed; what is not"
          + " UTF-8 is read as Windows-1252.",
      "",
      "Dates come from the lines or from the file name, such as 2004-12-25.txt. A time that goes"
          + " back begins a new day, or half a day in logs whose clock has twelve hours.",
      "",
      "Directories are searched for .txt, .log and .weechatlog files that hold messages, and logs"
          + " are imported by date.",
      "",
      "Examples:",
      "  parley import irc --room '#ubuntu' logs/",
      "  parley import irc --dry-run '#rust.2018-05-29.log'"
    })
public final class ImportIrcCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private ImportRun run = new ImportRun();

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Logs, or directories of logs.")
  private List<Path> paths = List.of();

  @Option(
      names = "--room",
      paramLabel = "ROOM",
      description = "Where to. Default: the channel that lines or file names tell.")
  private @Nullable String room;

  @Option(
      names = "--date",
      paramLabel = "YYYY-MM-DD",
      description = "Day of the first line of logs that do not tell it.")
  private @Nullable LocalDate date;

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      defaultValue = "UTC",
      description = "Time zone of the logs, such as Europe/Berlin. Default: ${DEFAULT-VALUE}.")
  private ZoneId zone = ZoneId.of("UTC");

  @Option(names = "--no-actions", description = "Skip actions (\"* nick waves\"), and count them.")
  private boolean noActions;

  public ImportIrcCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws Exception {
    for (Path path : paths) {
      if (!Files.isReadable(path)) {
        throw CommandFailure.usage(path + ": cannot be read");
      }
    }
    var options = new IrcOptions(room, date, zone, !noActions);
    IrcSource source =
        IrcSource.of(
            paths, options, file -> streams.err().println(file + ": no chat log, passed over"));
    return run.run(source, streams);
  }
}
