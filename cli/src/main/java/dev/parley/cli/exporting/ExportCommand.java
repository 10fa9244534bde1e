package dev.parley.cli.exporting;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.chat.v1.Room;
import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.cli.output.Counts;
import dev.parley.cli.output.JsonLines;
import dev.parley.cli.output.Progress;
import dev.parley.client.ParleyClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `parley export`.
@Command(
    name = "export",
    description = "Prints all that was said in rooms, oldest first, as JSON lines.",
    footer = {
      "",
      "For each room a line {\"room\":{…}} with its id, name, description and visibility, then a"
          + " parley.chat.v1.ChatMessage a line, each as it stands now. parley import ndjson takes"
          + " the result and makes the same rooms with the same messages in the same order; edit"
          + " marks and reactions stay behind.",
      "",
      "Examples:",
      "  parley export > all.ndjson",
      "  parley export general ops --out two-rooms.ndjson"
    })
public final class ExportCommand implements Callable<Integer> {
  private static final int PAGE_MESSAGES = 1_000;

  private final Streams streams;
  @Mixin private ServerOptions server = new ServerOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "ROOM",
      description = "Rooms. Default: all that you may see.")
  private List<String> wanted = List.of();

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "Where to; written beside it and renamed at the end. Default: standard output.")
  private @Nullable Path file;

  public ExportCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws Exception {
    ParleyClient client = server.client();
    try {
      if (file == null) {
        // Whoever reads may have had enough, such as head; nothing is to be said about that.
        return export(client, streams.out()) ? ExitCode.OK : ExitCode.FAILED;
      }
      exportTo(client, file);
      return ExitCode.OK;
    } finally {
      client.close(Duration.ZERO);
    }
  }

  private void exportTo(ParleyClient client, Path file) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      try (var out = new PrintWriter(Files.newBufferedWriter(part, StandardCharsets.UTF_8))) {
        if (!export(client, out)) {
          throw CommandFailure.failed(file + ": cannot be written (is the disk full?)");
        }
      }
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /// @return false: the output cannot be written any more
  private boolean export(ParleyClient client, PrintWriter out) {
    List<Room> rooms =
        wanted.isEmpty() ? client.rooms(false) : wanted.stream().map(client::room).toList();
    var progress =
        new Progress(
            streams.err(), streams.tty().error(), "exporting", "messages", System::nanoTime);
    long messages = 0;
    for (Room room : rooms) {
      out.println("{\"room\":" + JsonLines.of(description(room)) + "}");
      messages = export(client, room, out, progress, messages);
      if (out.checkError()) {
        progress.clear();
        return false;
      }
    }
    progress.clear();
    streams
        .err()
        .println(
            "exported "
                + Counts.of(messages, "message")
                + " of "
                + Counts.of(rooms.size(), "room"));
    streams.err().flush();
    return true;
  }

  private static long export(
      ParleyClient client, Room room, PrintWriter out, Progress progress, long before) {
    long messages = before;
    long sequence = 0;
    while (true) {
      List<ChatMessage> page =
          client.history(
              GetHistoryRequest.newBuilder()
                  .setRoomId(room.getId())
                  .setAfterSequence(sequence)
                  .setLimit(PAGE_MESSAGES)
                  .build());
      for (ChatMessage message : page) {
        out.println(JsonLines.of(message));
      }
      if (page.isEmpty() || out.checkError()) {
        return messages;
      }
      messages += page.size();
      sequence = page.getLast().getSequence();
      progress.update(messages, -1);
    }
  }

  /// What a room is, without what concerns only the caller or this moment.
  private static Room description(Room room) {
    return Room.newBuilder()
        .setId(room.getId())
        .setName(room.getName())
        .setDescription(room.getDescription())
        .setCreatedAt(room.getCreatedAt())
        .setVisibility(room.getVisibility())
        .addAllDirectUsers(room.getDirectUsersList())
        .build();
  }
}
