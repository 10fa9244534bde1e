package dev.parley.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What servers that were given credentials leave behind, kept after the test: `tools/secret-scan`
/// looks through it. No configuration belongs there.
///
/// @param folder below `target`
record LeftBehind(Path folder) {
  /// Where nothing is left of an earlier run.
  ///
  /// @param name of the test
  static LeftBehind of(String name) throws IOException {
    Path folder = Path.of("target", "left-behind").resolve(name).toAbsolutePath();
    delete(folder);
    return new LeftBehind(Files.createDirectories(folder));
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .sorted((one, other) -> other.compareTo(one))
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }

  /// For a server's data.
  Path data() {
    return folder.resolve("data");
  }

  /// For a server's standard output.
  Path output() {
    return folder.resolve("out.txt");
  }

  /// Keeps what a server has said until now.
  void keepLog(ServerProcess server) throws IOException {
    Files.writeString(folder.resolve("server.log"), server.log());
  }
}
