package dev.parley.storage.sqlite;

import dev.parley.core.topic.JournalException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// Transactions one after the other, on a connection that is opened when it is needed. A failure
/// costs it the connection, which rolls back whatever was left, and the next transaction gets
/// another. Not thread-safe.
final class Transactions implements AutoCloseable {
  private final Path file;
  private final Opener opener;
  private final Runnable failed;
  private volatile boolean doubtful;
  private @Nullable Session session;
  private boolean closed;

  /// How to open a connection.
  interface Opener {
    Session open() throws SQLException;
  }

  /// What is done in a transaction.
  interface Work<T extends @Nullable Object> {
    T in(Session session) throws SQLException, JournalException;
  }

  /// @param failed called after each failure of SQLite's, which may concern other connections too
  Transactions(Path file, Opener opener, Runnable failed) {
    this.file = file;
    this.opener = opener;
    this.failed = failed;
  }

  /// Does something and commits it; or, on an exception, nothing.
  <T extends @Nullable Object> T commit(Work<T> work) throws JournalException {
    if (closed) {
      throw new JournalException(JournalException.Cause.BROKEN, "the store is closed", null);
    }
    try {
      if (doubtful) {
        doubtful = false;
        discard();
      }
      Session current = session;
      if (current == null) {
        current = opener.open();
        session = current;
      }
      T result = work.in(current);
      current.commit();
      return result;
    } catch (SQLException e) {
      throw giveUp(e);
    } catch (RuntimeException e) {
      rollBack(e);
      throw new JournalException(
          JournalException.Cause.BROKEN, file + ": failed unexpectedly: " + e, e);
    } catch (JournalException | Error e) {
      rollBack(e);
      throw e;
    }
  }

  /// Has the next transaction get another connection, since a failure elsewhere may concern this
  /// one. Thread-safe.
  void doubt() {
    doubtful = true;
  }

  private void rollBack(Throwable reason) {
    try {
      if (session != null) {
        session.rollback();
      }
    } catch (SQLException e) {
      reason.addSuppressed(giveUp(e));
    }
  }

  private JournalException giveUp(SQLException e) {
    failed.run();
    try {
      discard();
    } catch (SQLException closing) {
      e.addSuppressed(closing);
    }
    return Failures.journal(e, file);
  }

  private void discard() throws SQLException {
    Session given = session;
    session = null;
    if (given != null) {
      given.close();
    }
  }

  /// Later transactions are refused.
  @Override
  public void close() throws SQLException {
    closed = true;
    if (session != null) {
      session.close();
    }
  }
}
