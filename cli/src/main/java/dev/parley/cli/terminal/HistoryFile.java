package dev.parley.cli.terminal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where typed lines are kept between runs: `$XDG_STATE_HOME/parley/chat_history`, else below
/// `~/.local/state`. Pure but for making the file.
public final class HistoryFile {
  /// Lines that are kept.
  public static final int MAX_LINES = 2_000;

  private HistoryFile() {}

  /// The path, by the environment.
  public static Path path(Map<String, String> environment, String home) {
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    // A relative path is no valid value, says the XDG base directory specification.
    Path base =
        state.startsWith("/") ? Path.of(state) : Path.of(home).resolve(Path.of(".local", "state"));
    return base.resolve("parley").resolve("chat_history");
  }

  /// Makes the file, readable by its owner alone, if it is not there.
  ///
  /// @return the path; null if it cannot be made, and nothing can be kept
  public static @Nullable Path prepared(Path path) {
    try {
      Path folder = path.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      if (!Files.exists(path)) {
        Files.createFile(path);
        if (Files.getFileStore(path).supportsFileAttributeView("posix")) {
          Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        }
      }
      return path;
    } catch (IOException _) {
      return null;
    }
  }
}
