package dev.parley.storage.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteJDBCLoader;

/// Loads SQLite itself, which the driver brings along, and leaves nothing behind. The driver writes
/// it to a file for that, and forgets the file when the process is killed or halted; here that lies
/// in a directory that is removed as soon as it is loaded.
final class NativeLibrary {
  private static final String DIRECTORY = "org.sqlite.tmpdir";
  private static boolean loaded;

  private NativeLibrary() {}

  /// Does so, once.
  static synchronized void load() throws SQLException {
    if (loaded || System.getProperty(DIRECTORY) != null) {
      return;
    }
    try {
      Path directory = Files.createTempDirectory("parley-sqlite-");
      System.setProperty(DIRECTORY, directory.toString());
      try {
        var _ = SQLiteJDBCLoader.initialize();
      } finally {
        DataFiles.deleteTree(directory);
        System.clearProperty(DIRECTORY);
      }
    } catch (IOException e) {
      throw new SQLException("the temporary directory cannot be used: " + e.getMessage(), e);
    } catch (Exception e) {
      throw new SQLException("SQLite cannot be loaded: " + e.getMessage(), e);
    }
    loaded = true;
  }
}
