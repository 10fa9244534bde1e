package dev.parley.cli.importing;

import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.Streams;
import dev.parley.cli.source.NdjsonSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `parley import ndjson`.
@Command(
    name = "ndjson",
    description = "Imports messages, one JSON object a line, as parley export prints them.",
    footer = {
      "",
      "Each line is a parley.chat.v1.ChatMessage in proto3 JSON; field names may be spelled roomId"
          + " or room_id. Needed: room_id, sender.id and content; wanted: id and timestamp. Other"
          + " fields are left out and counted.",
      "",
      "A line {\"room\":{\"id\":…,\"name\":…}} makes a room for what follows; rooms that no line"
          + " tells of are made too. Deleted messages are skipped.",
      "",
      "Examples:",
      "  parley import ndjson all.ndjson",
      "  zcat all.ndjson.gz | parley import ndjson -"
    })
public final class ImportNdjsonCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";

  private final Streams streams;
  @Mixin private ImportRun run = new ImportRun();

  @Parameters(index = "0", paramLabel = "FILE", description = "The file; - is standard input.")
  private String file = STANDARD_INPUT;

  @Option(
      names = "--room",
      paramLabel = "ROOM",
      description = "Put everything into this room. Default: each message's own.")
  private @Nullable String room;

  public ImportNdjsonCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws Exception {
    return run.run(source(), streams);
  }

  private NdjsonSource source() throws IOException {
    if (file.equals(STANDARD_INPUT)) {
      return new NdjsonSource(STANDARD_INPUT, streams.in(), 0, room);
    }
    Path path = Path.of(file);
    if (!Files.isReadable(path) || Files.isDirectory(path)) {
      throw CommandFailure.usage(path + ": cannot be read (expected: a file, or -)");
    }
    String name = path.getFileName().toString();
    return new NdjsonSource(name, Files.newInputStream(path), Files.size(path), room);
  }
}
