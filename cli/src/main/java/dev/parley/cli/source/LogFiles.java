package dev.parley.cli.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Finds the IRC logs among files and directories.
///
/// Files that are named are taken as they are. Of directories those files are taken, at any depth
/// up to [#MAX_DEPTH], that end in `.txt`, `.log` or `.weechatlog` and hold at least one message;
/// of two forms of one log (`x.raw.txt` beside `x.ascii.txt` or `x.tok.txt`) the raw one.
final class LogFiles {
  /// How deep directories are searched; deeper is no archive of logs but a loop or an accident.
  static final int MAX_DEPTH = 16;

  private static final Set<String> EXTENSIONS = Set.of("txt", "log", "weechatlog");

  private LogFiles() {}

  /// The logs under these paths, by date, then by name: the order in which they are imported.
  ///
  /// @param passed is told each file of a directory that holds no message
  static List<LogScan> find(List<Path> paths, Consumer<Path> passed) throws IOException {
    List<LogScan> logs = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        for (Path file : candidates(path)) {
          LogScan scan = LogScan.of(file);
          if (scan.messages() > 0) {
            logs.add(scan);
          } else {
            passed.accept(file);
          }
        }
      } else {
        logs.add(LogScan.of(path));
      }
    }
    Comparator<LogScan> byDate =
        Comparator.comparing(
            LogScan::date, Comparator.nullsLast(Comparator.<LocalDate>naturalOrder()));
    logs.sort(byDate.thenComparing(log -> log.file().getFileName().toString()));
    return logs;
  }

  private static List<Path> candidates(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory, MAX_DEPTH)) {
      return files.filter(Files::isRegularFile).filter(LogFiles::isCandidate).sorted().toList();
    }
  }

  private static boolean isCandidate(Path file) {
    String name = file.getFileName().toString();
    String extension = name.substring(name.lastIndexOf('.') + 1);
    if (name.startsWith(".") || !EXTENSIONS.contains(extension)) {
      return false;
    }
    for (String other : List.of(".ascii.txt", ".tok.txt")) {
      if (name.endsWith(other)) {
        String stem = name.substring(0, name.length() - other.length());
        return !Files.exists(file.resolveSibling(stem + ".raw.txt"));
      }
    }
    return true;
  }
}
