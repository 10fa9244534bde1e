package dev.parley.storage.sqlite;

import dev.parley.core.topic.Journal;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A journal in one SQLite file, `parley.db` in a directory of its own, which no other process may
/// open at the same time.
///
/// [#journal] belongs to one thread, [#reader] to all. Close the store when neither is used any
/// more.
public final class SqliteStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteStore.class);

  private final Path directory;
  private final Durability durability;
  private final DirectoryLock lock;
  private final Session anchor;
  private final SqliteJournal journal;
  private final SqliteReader reader;

  private SqliteStore(
      Path directory,
      Durability durability,
      DirectoryLock lock,
      Session anchor,
      SqliteJournal journal,
      SqliteReader reader) {
    this.directory = directory;
    this.durability = durability;
    this.lock = lock;
    this.anchor = anchor;
    this.journal = journal;
    this.reader = reader;
  }

  /// Opens a directory, making it where it is missing. With [Durability#MEMORY] the directory is
  /// not touched; a temporary one takes its place.
  public static SqliteStore open(Path directory, Durability durability, StorageLimits limits)
      throws StorageOpenException {
    Path data = durability == Durability.MEMORY ? temporary() : directory;
    DataFiles.createDirectory(data);
    DirectoryLock lock = DirectoryLock.acquire(data);
    Connector connector = new Connector(DataFiles.database(data), durability, limits);
    SqliteStore store = null;
    try {
      store = open(data, lock, connector);
      return store;
    } catch (IOException e) {
      throw Failures.opening(e, connector.file());
    } catch (SQLException | JournalException | RuntimeException | LinkageError e) {
      throw Failures.opening(e, connector.file());
    } finally {
      if (store == null) {
        lock.close();
        removeTemporary(data, durability);
      }
    }
  }

  private static Path temporary() throws StorageOpenException {
    try {
      return Files.createTempDirectory("parley-");
    } catch (IOException e) {
      throw Failures.opening(e, Path.of(System.getProperty("java.io.tmpdir", "")));
    }
  }

  private static SqliteStore open(Path data, DirectoryLock lock, Connector connector)
      throws IOException, SQLException, StorageOpenException, JournalException {
    DataFiles.finishRestore(data);
    boolean unclean = DataFiles.size(DataFiles.log(connector.file())) > 0;
    DataFiles.createFile(connector.file());
    Migrations.check(connector);
    Session anchor = anchor(connector);
    try {
      if (unclean) {
        // If its last sync failed, the log may be read back from memory and yet not be on the disk.
        anchor.outsideTransaction("PRAGMA wal_checkpoint(TRUNCATE)");
      }
      quickCheck(connector, unclean);
      Migrations.migrate(connector);
      long epoch = connector.epoch();
      SqliteReader reader = new SqliteReader(connector, epoch);
      SqliteJournal journal = new SqliteJournal(connector, reader);
      journal.probe();
      LOG.info("opened {} ({}), epoch {}", connector.file(), connector.durability(), epoch);
      return new SqliteStore(data, connector.durability(), lock, anchor, journal, reader);
    } catch (SQLException | JournalException | StorageOpenException | RuntimeException e) {
      anchor.close();
      throw e;
    }
  }

  /// A connection that stays open and idle. As long as there is one, SQLite remembers how much of
  /// the log counts: a commit whose sync failed is overwritten by the next one. The first
  /// connection after the last would read it back from the log instead, as if it had been synced.
  private static Session anchor(Connector connector) throws SQLException {
    Session anchor = connector.writer();
    try {
      anchor.queryLong("SELECT count(*) FROM sqlite_schema");
      anchor.commit();
      return anchor;
    } catch (SQLException e) {
      anchor.close();
      throw e;
    }
  }

  private static void quickCheck(Connector connector, boolean unclean)
      throws IOException, SQLException, StorageOpenException {
    StorageLimits limits = connector.limits();
    if (!unclean && DataFiles.size(connector.file()) > limits.alwaysCheckBytes()) {
      return;
    }
    try (Connection connection = connector.plain()) {
      IntegrityCheck.Result result =
          new IntegrityCheck(connection).quick(limits.startCheck().toNanos());
      if (!result.problems().isEmpty()) {
        throw new StorageOpenException(
            StorageOpenException.Kind.CORRUPT,
            Failures.message(
                StorageOpenException.Kind.CORRUPT,
                connector.file(),
                new SQLException(result.problems().getFirst())),
            null);
      }
      if (!result.complete()) {
        LOG.warn(
            "{} was not checked to its end within {} s: run `parley check` when the server is idle",
            connector.file(),
            limits.startCheck().toSeconds());
      }
    }
  }

  /// Where the files are.
  public Path directory() {
    return directory;
  }

  /// The writer's view; for one thread only.
  public Journal journal() {
    return journal;
  }

  /// Everyone's view.
  public JournalReader reader() {
    return reader;
  }

  /// Reads the whole database of a directory, which may be in use, and returns what is wrong with
  /// it, at most some hundred findings; empty: nothing. Can take minutes.
  public static List<String> check(Path directory) throws StorageOpenException {
    Connector connector =
        new Connector(DataFiles.database(directory), Durability.FSYNC, StorageLimits.DEFAULTS);
    Backup.requireDatabase(connector.file());
    try (Connection connection = connector.plain()) {
      return new IntegrityCheck(connection).full();
    } catch (SQLException e) {
      throw Failures.opening(e, connector.file());
    }
  }

  /// Waits for reads under way, copies the log into the file and gives the directory free.
  @Override
  public void close() {
    reader.close();
    try {
      journal.close();
      anchor.close();
      LOG.info("closed {}", directory);
    } catch (SQLException e) {
      LOG.error("{} was not closed properly; its log is read at the next start", directory, e);
    } finally {
      lock.close();
      removeTemporary(directory, durability);
    }
  }

  private static void removeTemporary(Path directory, Durability durability) {
    if (durability == Durability.MEMORY) {
      try {
        DataFiles.deleteTree(directory);
      } catch (IOException e) {
        LOG.warn("{} could not be removed: it can be deleted by hand", directory, e);
      }
    }
  }
}
