package dev.parley.storage.sqlite;

import dev.parley.core.topic.Journal;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
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
  private final Tables tables;
  private final CommitLog log;
  private final Backlog backlog;
  private final SqliteJournal journal;
  private final SqliteReader reader;

  private SqliteStore(
      Path directory,
      Durability durability,
      DirectoryLock lock,
      Session anchor,
      Tables tables,
      CommitLog log,
      Backlog backlog,
      SqliteJournal journal,
      SqliteReader reader) {
    this.directory = directory;
    this.durability = durability;
    this.lock = lock;
    this.anchor = anchor;
    this.tables = tables;
    this.log = log;
    this.backlog = backlog;
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
    boolean hasLog = DataFiles.size(DataFiles.log(connector.file())) > 0;
    boolean unclean = hasLog || Files.exists(DataFiles.commits(connector.file()));
    DataFiles.createFile(connector.file());
    Migrations.check(connector);
    Session anchor = connector.anchor(hasLog);
    try {
      quickCheck(connector, unclean);
      Migrations.migrate(connector);
      SqliteStore store = open(data, lock, connector, anchor);
      LOG.info("opened {} ({}), epoch {}", connector.file(), connector.durability(), store.epoch());
      return store;
    } catch (IOException
        | SQLException
        | JournalException
        | StorageOpenException
        | RuntimeException e) {
      anchor.close();
      throw e;
    }
  }

  private static SqliteStore open(
      Path data, DirectoryLock lock, Connector connector, Session anchor)
      throws IOException, SQLException, StorageOpenException, JournalException {
    StorageLimits limits = connector.limits();
    long epoch = connector.epoch();
    var pool = new ReaderPool(connector, limits.readers());
    var searches = new ReaderPool(connector, limits.searches());
    var lookups = new Transactions(connector.file(), connector::reader, () -> {});
    var tables =
        new Tables(
            connector,
            anchor,
            () -> {
              pool.discardIdle();
              searches.discardIdle();
              lookups.doubt();
            });
    CommitLog log = null;
    try {
      log = CommitLog.open(connector, epoch);
      long applied = carryOver(log, tables, connector);
      var backlog = new Backlog(tables, log, limits, applied);
      var journal = new SqliteJournal(lookups, epoch, log, backlog);
      journal.probe();
      backlog.start();
      var reader = new SqliteReader(pool, searches, epoch, backlog);
      return new SqliteStore(
          data, connector.durability(), lock, anchor, tables, log, backlog, journal, reader);
    } catch (IOException
        | SQLException
        | JournalException
        | StorageOpenException
        | RuntimeException e) {
      tables.close();
      lookups.close();
      if (log != null) {
        log.close(false);
      }
      throw e;
    }
  }

  /// What was committed before a crash, and had not found its way into the tables.
  ///
  /// @return number of the last commit that is in them
  private static long carryOver(CommitLog log, Tables tables, Connector connector)
      throws JournalException, StorageOpenException {
    long applied = tables.applied();
    List<Commit> left = log.after(applied);
    if (!left.isEmpty() && left.getFirst().number() > applied + 1) {
      lose(connector, applied, left.getFirst().number());
      applied = left.getLast().number();
      tables.skipTo(applied);
      left = List.of();
    }
    if (!left.isEmpty()) {
      tables.write(left);
      applied = left.getLast().number();
      LOG.info("carried over {} commits from the log", left.size());
    }
    log.forget(applied);
    return applied;
  }

  /// Where syncing was left to the system, a power cut can take back what the tables had, and not
  /// what the log had forgotten because of it.
  private static void lose(Connector connector, long applied, long first)
      throws StorageOpenException {
    String what =
        "%s goes on with commit %d, but the database ends with %d: what was between is lost, as can be after a power cut without --durability fsync"
            .formatted(DataFiles.commits(connector.file()), first, applied);
    if (connector.durability() == Durability.FSYNC) {
      throw new StorageOpenException(
          StorageOpenException.Kind.BROKEN,
          what + ": move that file away to start with what the database has",
          null);
    }
    LOG.error("{}, and so is the rest of it", what);
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

  private long epoch() {
    return journal.epoch();
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
      List<String> problems = new ArrayList<>(CommitLog.problems(connector));
      problems.addAll(new IntegrityCheck(connection).full());
      return problems;
    } catch (SQLException e) {
      throw Failures.opening(e, connector.file());
    }
  }

  /// Waits for reads under way, carries over what is in the log, and gives the directory free.
  @Override
  public void close() {
    reader.close();
    boolean done = closed("what is in the log stays there until the next start", backlog::close);
    boolean tidy = closed("lookups", journal::close);
    tidy &= closed("tables", tables::close);
    tidy &= closed("database", anchor::close);
    tidy &= closed("log of commits", () -> log.close(done));
    lock.close();
    removeTemporary(directory, durability);
    if (done && tidy) {
      LOG.info("closed {}", directory);
    }
  }

  private interface Closing {
    void close() throws Exception;
  }

  private boolean closed(String what, Closing closing) {
    try {
      closing.close();
      return true;
    } catch (Exception e) {
      LOG.error("{} was not closed properly ({}); the next start looks at it", directory, what, e);
      return false;
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
