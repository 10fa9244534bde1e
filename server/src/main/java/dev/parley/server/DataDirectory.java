package dev.parley.server;

import dev.parley.storage.sqlite.Backup;
import dev.parley.storage.sqlite.SqliteStore;
import dev.parley.storage.sqlite.StorageOpenException;
import java.nio.file.Path;
import java.util.List;

/// What can be done to a server's data from outside of that server.
///
/// @param path where the data is
public record DataDirectory(Path path) {
  /// Writes a copy of the data, as it is at one moment, into one file. A server may use the data
  /// meanwhile.
  ///
  /// @param file where to; must not exist
  /// @throws ServerException if there is no data, or the file cannot be written; no file is left
  public void backUp(Path file) throws ServerException {
    try {
      Backup.create(path, file);
    } catch (StorageOpenException e) {
      throw new ServerException(e);
    }
  }

  /// Makes a backup the data, under a new epoch, at once or not at all.
  ///
  /// @param file what [#backUp] wrote
  /// @param replace whether data that is there may be lost
  /// @throws ServerException if the file is no sound backup, there is data that may not be
  ///     replaced, or a server uses it; nothing is changed
  public void restore(Path file, boolean replace) throws ServerException {
    try {
      Backup.restore(file, path, replace);
    } catch (StorageOpenException e) {
      throw new ServerException(e);
    }
  }

  /// Reads everything: pages, indexes, and that each journal has no gap. A server may use the data
  /// meanwhile.
  ///
  /// @throws ServerException if it is damaged, with all that was found, or cannot be read
  public void check() throws ServerException {
    List<String> damages;
    try {
      damages = SqliteStore.check(path);
    } catch (StorageOpenException e) {
      throw new ServerException(e);
    }
    if (!damages.isEmpty()) {
      throw new ServerException(
          "%s is damaged: %s (restore a backup: parley restore FILE --replace)"
              .formatted(path, String.join("; ", damages)));
    }
  }
}
