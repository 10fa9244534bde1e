package dev.parley.storage.sqlite;

import dev.parley.core.topic.JournalException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;

/// Copies a journal into one file, and back.
public final class Backup {
  private static final String PARTIAL = ".partial";
  private static final byte[] DATABASE = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

  private Backup() {}

  /// Writes a compact copy of a directory's database, as it is at one moment, while a server may
  /// use it. The server is not held up; its log grows until the copy is done. The file appears
  /// under its name when it is complete, checked and synced.
  ///
  /// @param file where to; must not exist
  public static void create(Path dataDirectory, Path file) throws StorageOpenException {
    Connector source = connector(DataFiles.database(dataDirectory));
    requireDatabase(source.file());
    if (Files.exists(file)) {
      throw broken(file + " exists: name a new file, or move that one away");
    }
    Path partial = Path.of(file.toAbsolutePath() + PARTIAL);
    Path folder = partial.getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw broken(folder + " is no directory: make it, or name another file");
    }
    try {
      Migrations.check(source);
      DataFiles.deleteDatabase(partial);
      DataFiles.createFile(partial);
      // before the copy: what leaves the log meanwhile is in it
      CommitLog.Logged logged = CommitLog.of(source);
      try (Connection connection = source.plain();
          PreparedStatement copy = connection.prepareStatement("VACUUM INTO ?")) {
        copy.setString(1, partial.toString());
        copy.execute();
      }
      carryOver(logged, connector(partial));
      verify(connector(partial));
      DataFiles.sync(partial);
      DataFiles.rename(partial, file);
    } catch (SQLException | IOException | JournalException | StorageOpenException e) {
      throw failed(partial, e);
    }
  }

  /// Puts what was in the log into a copy, as far as it is not there.
  private static void carryOver(CommitLog.Logged logged, Connector copy)
      throws SQLException, JournalException, StorageOpenException {
    if (logged.commits().isEmpty()) {
      return;
    }
    if (logged.owner() != copy.epoch()) {
      throw broken(
          "%s is of another database than %s beside it: put that one back, or move it away"
              .formatted(DataFiles.COMMITS, DataFiles.DATABASE));
    }
    try (Session anchor = copy.anchor(false);
        var tables = new Tables(copy, anchor, () -> {})) {
      long applied = tables.applied();
      List<Commit> missing = logged.commits().stream().filter(it -> it.number() > applied).toList();
      if (!missing.isEmpty()) {
        if (missing.getFirst().number() > applied + 1) {
          throw broken(
              "%s goes on with commit %d, but the database ends with %d: start a server on it first"
                  .formatted(DataFiles.COMMITS, missing.getFirst().number(), applied));
        }
        tables.write(missing);
      }
    }
  }

  /// Makes a backup the database of a directory, under a new epoch. The file is copied, checked
  /// completely, and then takes its place at once: a crash leaves the old state or the new one.
  ///
  /// @param replace whether a database that is there already may be lost
  public static void restore(Path file, Path dataDirectory, boolean replace)
      throws StorageOpenException {
    requireDatabase(file);
    try {
      if (DataFiles.size(DataFiles.log(file)) > 0) {
        throw broken(
            file + " has a log beside it, so it is a database in use: make a backup of it first");
      }
    } catch (IOException e) {
      throw Failures.opening(e, file);
    }
    requireBackup(file);
    DataFiles.createDirectory(dataDirectory);
    Path database = DataFiles.database(dataDirectory);
    DirectoryLock lock = DirectoryLock.acquire(dataDirectory);
    try {
      if (!replace && DataFiles.size(database) > 0) {
        throw broken(
            dataDirectory + " holds data: name another directory, or give it up with --replace");
      }
      restoreLocked(file, dataDirectory);
    } catch (IOException e) {
      throw Failures.opening(e, database);
    } finally {
      lock.close();
    }
  }

  private static void restoreLocked(Path file, Path dataDirectory) throws StorageOpenException {
    Path partial = dataDirectory.resolve(DataFiles.RESTORED + PARTIAL);
    try {
      DataFiles.deleteDatabase(partial);
      DataFiles.createFile(partial);
      try (OutputStream out = Files.newOutputStream(partial)) {
        Files.copy(file, out);
      }
      Connector copy = connector(partial);
      verify(copy);
      try (Connection connection = copy.plain()) {
        Epoch.renew(connection);
      }
      DataFiles.sync(partial);
      DataFiles.rename(partial, dataDirectory.resolve(DataFiles.RESTORED));
      DataFiles.finishRestore(dataDirectory);
    } catch (SQLException | IOException | StorageOpenException e) {
      throw failed(partial, e);
    }
  }

  /// Leaves a file in which everything is in the file itself, not in a log.
  private static void verify(Connector copy) throws SQLException, StorageOpenException {
    Migrations.check(copy);
    try (Connection connection = copy.plain()) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA journal_mode = DELETE");
      }
      List<String> problems = new IntegrityCheck(connection).full();
      if (!problems.isEmpty()) {
        throw new StorageOpenException(
            StorageOpenException.Kind.CORRUPT,
            "%s is damaged (%s): use another backup"
                .formatted(copy.file(), String.join("; ", problems)),
            null);
      }
    }
  }

  static void requireDatabase(Path file) throws StorageOpenException {
    if (!Files.isRegularFile(file)) {
      throw broken(file + " does not exist: check the path");
    }
  }

  /// Before anything is made for it: whether the file begins like a database.
  private static void requireBackup(Path file) throws StorageOpenException {
    try (InputStream in = Files.newInputStream(file)) {
      if (!Arrays.equals(in.readNBytes(DATABASE.length), DATABASE)) {
        throw broken(file + " is no backup: name a file that parley backup wrote");
      }
    } catch (IOException e) {
      throw Failures.opening(e, file);
    }
  }

  private static Connector connector(Path file) {
    return new Connector(file, Durability.FSYNC, StorageLimits.DEFAULTS);
  }

  private static StorageOpenException broken(String message) {
    return new StorageOpenException(StorageOpenException.Kind.BROKEN, message, null);
  }

  private static StorageOpenException failed(Path partial, Exception e) {
    try {
      DataFiles.deleteDatabase(partial);
    } catch (IOException deleting) {
      e.addSuppressed(deleting);
    }
    return e instanceof StorageOpenException known ? known : Failures.opening(e, partial);
  }
}
