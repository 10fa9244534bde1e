package dev.parley.storage.sqlite;

import dev.parley.core.topic.JournalException;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Read connections, opened when needed and used newest first. Thread-safe.
final class ReaderPool implements AutoCloseable {
  private final Connector connector;
  private final int size;
  private final Semaphore permits;
  private final ConcurrentLinkedDeque<Session> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  ReaderPool(Connector connector, int size) {
    this.connector = connector;
    this.size = size;
    permits = new Semaphore(size);
  }

  /// Reads; all of it sees one state of the file.
  <T extends @Nullable Object> T read(Transactions.Work<T> read) throws JournalException {
    acquire();
    try {
      Session session = idle.pollFirst();
      if (session == null) {
        session = connector.reader();
      }
      T result;
      try {
        result = read.in(session);
        session.commit();
      } catch (SQLException | JournalException | RuntimeException | Error e) {
        discard(session, e);
        throw e;
      }
      idle.addFirst(session);
      return result;
    } catch (SQLException e) {
      throw Failures.journal(e, connector.file());
    } finally {
      permits.release();
    }
  }

  private void acquire() throws JournalException {
    try {
      if (!permits.tryAcquire(connector.limits().readerWait().toNanos(), TimeUnit.NANOSECONDS)) {
        throw broken(
            "%d reads at once, and none ended within %s: try again, or allow more readers"
                .formatted(size, connector.limits().readerWait()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw broken("interrupted while waiting to read");
    }
    if (closed) {
      permits.release();
      throw broken("the store is closed");
    }
  }

  private static JournalException broken(String message) {
    return new JournalException(JournalException.Cause.BROKEN, message, null);
  }

  private static void discard(Session session, Throwable reason) {
    try {
      session.close();
    } catch (SQLException e) {
      reason.addSuppressed(e);
    }
  }

  /// Closes the connections that nobody uses, after a failure that may concern them too.
  void discardIdle() {
    for (Session session = idle.pollFirst(); session != null; session = idle.pollFirst()) {
      try {
        session.close();
      } catch (SQLException e) {
        // The connection is given up either way, and held nothing that could get lost.
      }
    }
  }

  /// Waits for the reads under way; later ones are refused.
  @Override
  public void close() {
    closed = true;
    permits.acquireUninterruptibly(size);
    discardIdle();
    permits.release(size);
  }
}
