package dev.parley.storage.sqlite;

import dev.parley.core.topic.JournalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// The commits that are not in the tables yet, in their order, in a SQLite file of their own beside
/// the database. To add one is to write a page or two, whatever it changes: so it is durable soon,
/// and the pages that it touches in the tables are written later, together with those of others.
///
/// The file is there as long as a store is open, or was not closed well.
///
/// Thread-safe.
final class CommitLog {
  private static final String SCHEMA =
      "CREATE TABLE IF NOT EXISTS logged (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT";

  /// Whose commits they are: those of the database with this epoch.
  private static final String OWNER = "CREATE TABLE IF NOT EXISTS owner (epoch INTEGER) STRICT";
  private static final String APPEND = "INSERT INTO logged (number, bytes) VALUES (?, ?)";
  private static final String FORGET = "DELETE FROM logged WHERE number <= ?";
  private static final String AFTER =
      "SELECT number, bytes FROM logged WHERE number > ? ORDER BY number";

  private static final int PROBE_BYTES = 64 << 10;

  private final Path file;
  private final Session anchor;
  private final Transactions transactions;

  /// Guarded by this.
  private long forgotten;

  private CommitLog(Path file, Session anchor, Transactions transactions) {
    this.file = file;
    this.anchor = anchor;
    this.transactions = transactions;
  }

  /// Opens the log of a database, making it where it is missing.
  static CommitLog open(Connector database, long epoch)
      throws IOException, SQLException, StorageOpenException {
    Connector connector = database.withFile(DataFiles.commits(database.file()));
    boolean made = !Files.exists(connector.file());
    boolean unclean = DataFiles.size(DataFiles.log(connector.file())) > 0;
    DataFiles.createFile(connector.file());
    if (made && connector.durability() == Durability.FSYNC) {
      DataFiles.sync(connector.file().resolveSibling("").toAbsolutePath());
    }
    Session anchor = connector.anchor(unclean);
    var transactions = new Transactions(connector.file(), connector::writer, () -> {});
    try {
      if (!made) {
        check(connector);
      }
      own(connector, epoch);
      return new CommitLog(connector.file(), anchor, transactions);
    } catch (SQLException | StorageOpenException | RuntimeException e) {
      transactions.close();
      anchor.close();
      throw e;
    }
  }

  private static void check(Connector connector) throws SQLException, StorageOpenException {
    List<String> problems = pages(connector);
    if (!problems.isEmpty()) {
      throw new StorageOpenException(
          StorageOpenException.Kind.CORRUPT,
          Failures.message(
              StorageOpenException.Kind.CORRUPT,
              connector.file(),
              new SQLException(problems.getFirst())),
          null);
    }
  }

  private static List<String> pages(Connector connector) throws SQLException {
    try (Connection connection = connector.existing()) {
      return new IntegrityCheck(connection).pages();
    } catch (SQLException e) {
      if (Files.exists(connector.file())) {
        throw e;
      }
      return List.of(); // the other process has just closed it
    }
  }

  /// What is wrong with the log of a database, which another process may have open; empty: nothing,
  /// or there is none.
  static List<String> problems(Connector database) throws SQLException {
    Connector connector = database.withFile(DataFiles.commits(database.file()));
    return Files.exists(connector.file()) ? pages(connector) : List.of();
  }

  private static void own(Connector connector, long epoch)
      throws SQLException, StorageOpenException {
    try (Session session = connector.writer()) {
      session.prepare(SCHEMA).executeUpdate();
      session.prepare(OWNER).executeUpdate();
      session
          .prepare("INSERT INTO owner SELECT " + epoch + " WHERE NOT EXISTS (SELECT * FROM owner)")
          .executeUpdate();
      long owner = session.queryLong("SELECT epoch FROM owner");
      session.commit();
      if (owner != epoch) {
        throw new StorageOpenException(
            StorageOpenException.Kind.BROKEN,
            ("%s holds the newest messages of another database than the %s beside it: put that"
                    + " one back, or move this file away")
                .formatted(connector.file(), DataFiles.DATABASE),
            null);
      }
    }
  }

  /// Adds a commit, as durably as the store makes anything.
  ///
  /// @param number of it
  /// @param applied number of the last commit that is in the tables, durably: what is as old is
  ///     forgotten
  synchronized void append(long number, byte[] bytes, long applied) throws JournalException {
    transactions.commit(
        session -> {
          if (applied > forgotten) {
            forget(session, applied);
          }
          var statement = session.prepare(APPEND);
          statement.setLong(1, number);
          statement.setBytes(2, bytes);
          return statement.executeUpdate();
        });
    forgotten = Math.max(forgotten, applied);
  }

  /// Forgets commits that are in the tables, durably.
  synchronized void forget(long applied) throws JournalException {
    if (applied > forgotten) {
      transactions.commit(session -> forget(session, applied));
      forgotten = applied;
    }
  }

  /// Writes something that means nothing, durably.
  synchronized void probe() throws JournalException {
    transactions.commit(
        session -> {
          var fill =
              session.prepare("INSERT OR REPLACE INTO logged (number, bytes) VALUES (-1, ?)");
          fill.setBytes(1, new byte[PROBE_BYTES]);
          return fill.executeUpdate();
        });
    transactions.commit(
        session -> session.prepare("DELETE FROM logged WHERE number = -1").executeUpdate());
  }

  private static int forget(Session session, long applied) throws SQLException {
    var statement = session.prepare(FORGET);
    statement.setLong(1, applied);
    return statement.executeUpdate();
  }

  /// What it has after a number: what there was at the start, or what a failed [#append] left all
  /// the same.
  synchronized List<Commit> after(long number) throws JournalException {
    return transactions.commit(session -> read(session, file, number));
  }

  /// What the log of a database has that another process may have open; nothing if there is none.
  static Logged of(Connector database) throws SQLException, JournalException {
    Connector connector = database.withFile(DataFiles.commits(database.file()));
    if (!Files.exists(connector.file())) {
      return Logged.NOTHING;
    }
    try (Session session = connector.reader()) {
      Logged logged = Logged.NOTHING;
      if (session.queryLong("SELECT count(*) FROM sqlite_schema WHERE name = 'owner'") > 0) {
        long owner = session.queryLong("SELECT coalesce(max(epoch), 0) FROM owner");
        logged = new Logged(owner, read(session, connector.file(), 0));
      }
      session.commit();
      return logged;
    } catch (SQLException e) {
      if (Files.exists(connector.file())) {
        throw e;
      }
      return Logged.NOTHING; // the other process has just closed it, and all is in the tables
    }
  }

  /// What a log has.
  ///
  /// @param owner epoch of the database whose commits they are
  record Logged(long owner, List<Commit> commits) {
    private static final Logged NOTHING = new Logged(0, List.of());
  }

  private static List<Commit> read(Session session, Path file, long after)
      throws SQLException, JournalException {
    var statement = session.prepare(AFTER);
    statement.setLong(1, after);
    List<Commit> commits = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        commits.add(CommitCodec.decode(rows.getLong(1), rows.getBytes(2)));
      }
    } catch (IOException e) {
      throw new JournalException(
          JournalException.Cause.CORRUPT, file + " is damaged: " + e.getMessage(), e);
    }
    return commits;
  }

  /// Closes it.
  ///
  /// @param done whether all that it has is in the tables, so that nobody needs it any more
  synchronized void close(boolean done) throws SQLException, IOException {
    transactions.close();
    anchor.close();
    if (done) {
      DataFiles.deleteDatabase(file);
    }
  }
}
