package dev.parley.cli.replay;

import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.cli.output.Counts;
import dev.parley.cli.output.Progress;
import dev.parley.cli.source.IrcOptions;
import dev.parley.cli.source.IrcSource;
import dev.parley.cli.source.MessageSource;
import dev.parley.cli.source.NdjsonSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `parley replay`.
@Command(
    name = "replay",
    description = "Plays a conversation through real clients, and checks delivery.",
    footer = {
      "",
      "Everybody joins first; then each message is said by its author's client. At the end every"
          + " client must have received every message once, in the same order. Pauses are as"
          + " recorded, divided by the factor.",
      "",
      "Files that end in .ndjson or .jsonl are read as parley export writes them, others as IRC"
          + " logs.",
      "",
      "Exit codes: 0 all is well, 1 something was missing, twice or out of order, 3 no connection.",
      "",
      "Examples:",
      "  parley replay 2004-12-25.txt --factor 60        # an hour a minute",
      "  parley replay logs/ --factor 0 --max-clients 20 --limit 10000"
    })
public final class ReplayCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private ServerOptions server = new ServerOptions();

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "IRC logs, or one NDJSON file.")
  private List<Path> paths = List.of();

  @Option(
      names = {"-f", "--factor"},
      paramLabel = "N",
      defaultValue = "1",
      description = "How much faster than recorded; 0: as fast as acks allow. Default: 1.")
  private double factor;

  @Option(
      names = "--max-clients",
      paramLabel = "M",
      defaultValue = "50",
      description = "Most clients; authors beyond share them. Default: ${DEFAULT-VALUE}.")
  private int maxClients;

  @Option(
      names = "--max-pause",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "Longest pause between two messages. Default: ${DEFAULT-VALUE}.")
  private int maxPauseSeconds;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "1000000",
      description = "Only the first N messages. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Option(
      names = "--room",
      paramLabel = "ROOM",
      description = "Where to play. Default: a new room, deleted at the end.")
  private @Nullable String room;

  @Option(
      names = "--date",
      paramLabel = "YYYY-MM-DD",
      description = "Day of the first line of logs that do not tell it.")
  private @Nullable LocalDate date;

  @Option(names = "--keep", description = "Do not delete the new room at the end.")
  private boolean keep;

  @Option(names = "--json", description = "Print the result as one JSON object.")
  private boolean json;

  public ReplayCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws Exception {
    checkNumbers();
    String run = "replay-" + UUID.randomUUID().toString().substring(0, 8);
    String where = room == null ? run : room;
    Cast cast;
    try (MessageSource source = open(where)) {
      cast = Cast.of(source, maxClients, limit);
    }
    if (cast.messages() == 0) {
      throw CommandFailure.usage("there is no message in the files");
    }
    ReplayResult result = play(where, cast, new MessageNames(run));
    if (json) {
      streams.out().println(result.json());
    } else {
      result.lines().forEach(streams.out()::println);
    }
    streams.out().flush();
    return result.violation() == null ? ExitCode.OK : ExitCode.FAILED;
  }

  private ReplayResult play(String where, Cast cast, MessageNames names)
      throws IOException, InterruptedException {
    streams
        .err()
        .println(
            "%s in %s by %s"
                .formatted(
                    Counts.of(cast.messages(), "message"),
                    where,
                    Counts.of(cast.authors().size(), "client")));
    streams.err().flush();
    var progress =
        new Progress(
            streams.err(), streams.tty().error(), "replaying", "messages", System::nanoTime);
    try (MessageSource source = open(where);
        Replay replay = new Replay(server, where, cast, names, progress)) {
      if (room == null) {
        replay.makeRoom(keep);
      }
      replay.gather();
      replay.play(source, new Pace(factor, Duration.ofSeconds(maxPauseSeconds)));
      replay.settle();
      return replay.result();
    }
  }

  private void checkNumbers() {
    if (factor < 0 || maxClients < 1 || maxPauseSeconds < 0 || limit < 1) {
      throw CommandFailure.usage(
          "--factor %s, --max-clients %d, --max-pause %d, --limit %d (expected: >= 0, 1, 0, 1)"
              .formatted(factor, maxClients, maxPauseSeconds, limit));
    }
    if (isNdjson(paths.getFirst()) && paths.size() > 1) {
      throw CommandFailure.usage("%d files (expected: one NDJSON file)".formatted(paths.size()));
    }
    for (Path path : paths) {
      if (!Files.isReadable(path)) {
        throw CommandFailure.usage(path + ": cannot be read");
      }
    }
  }

  private MessageSource open(String where) throws IOException {
    Path first = paths.getFirst();
    if (isNdjson(first)) {
      String name = first.getFileName().toString();
      return new NdjsonSource(name, Files.newInputStream(first), Files.size(first), where);
    }
    return IrcSource.of(paths, new IrcOptions(where, date, ZoneId.of("UTC"), true), _ -> {});
  }

  private static boolean isNdjson(Path path) {
    String name = path.getFileName().toString();
    return name.endsWith(".ndjson") || name.endsWith(".jsonl");
  }
}
