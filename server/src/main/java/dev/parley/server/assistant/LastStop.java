package dev.parley.server.assistant;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// When the server last stopped in order, kept in a small file. Without it, or where it cannot be
/// used, the server counts as not stopped in order.
///
/// @param file where it is kept
public record LastStop(Path file) {
  private static final Logger LOG = LoggerFactory.getLogger(LastStop.class);

  /// The one of a server.
  ///
  /// @param data its directory of data
  public static LastStop in(Path data) {
    return new LastStop(data.resolve("last-stop"));
  }

  /// When that was, in microseconds since 1970; 0: not known.
  long read() {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException | NumberFormatException e) {
      LOG.warn("{} cannot be used (expected: microseconds since 1970): {}", file, e.toString());
      return 0;
    }
  }

  /// Notes when that was.
  void write(long epochMicros) {
    try {
      Files.writeString(file, "%d%n".formatted(epochMicros));
    } catch (IOException e) {
      LOG.warn("{} cannot be written: {}", file, e.toString());
    }
  }
}
