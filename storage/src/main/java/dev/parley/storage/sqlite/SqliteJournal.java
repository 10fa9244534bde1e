package dev.parley.storage.sqlite;

import dev.parley.core.topic.Append;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Found;
import dev.parley.core.topic.Journal;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.TopicHead;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The single writer. Owned by one thread.
final class SqliteJournal implements Journal, AutoCloseable {
  private static final int PROBE_BYTES = 256 << 10;
  private static final long UNKNOWN = -1;

  private final Connector connector;
  private final SqliteReader reader;
  private final WriteAheadLog log;

  /// Null at first and after a failure, until the next call opens another.
  private @Nullable Session session;

  /// How much text waits for the word index, or more; see [WordIndex].
  private long freshChars = UNKNOWN;

  private boolean closed;

  SqliteJournal(Connector connector, SqliteReader reader) {
    this.connector = connector;
    this.reader = reader;
    log = new WriteAheadLog(connector);
  }

  /// Something done in a transaction, which is committed after it.
  private interface Work<T extends @Nullable Object> {
    T in(Session session) throws SQLException, JournalException;
  }

  private <T extends @Nullable Object> T transaction(Work<T> work) throws JournalException {
    if (closed) {
      throw new JournalException(JournalException.Cause.BROKEN, "the store is closed", null);
    }
    Session current = session;
    try {
      if (current == null) {
        current = connector.writer();
        session = current;
      }
      T result = work.in(current);
      current.commit();
      return result;
    } catch (SQLException e) {
      throw giveUp(e);
    } catch (RuntimeException e) {
      rollback(e);
      throw new JournalException(
          JournalException.Cause.BROKEN, connector.file() + ": failed unexpectedly: " + e, e);
    } catch (JournalException | Error e) {
      rollback(e);
      throw e;
    }
  }

  private void rollback(Throwable reason) {
    try {
      if (session != null) {
        session.rollback();
      }
    } catch (SQLException e) {
      reason.addSuppressed(giveUp(e));
    }
  }

  /// Closes the connection, which rolls back whatever the failure left of the transaction.
  private JournalException giveUp(SQLException e) {
    Session failed = session;
    session = null;
    freshChars = UNKNOWN; // perhaps it was committed all the same
    reader.discardIdle();
    try {
      if (failed != null) {
        failed.close();
      }
    } catch (SQLException closing) {
      e.addSuppressed(closing);
    }
    return Failures.journal(e, connector.file());
  }

  @Override
  public long epoch() {
    return reader.epoch();
  }

  @Override
  public @Nullable TopicHead head(TopicId topic) throws JournalException {
    return this.<@Nullable TopicHead>transaction(session -> new TopicRows(session).head(topic));
  }

  @Override
  public Found find(Collection<? extends Lookup> lookups) throws JournalException {
    return transaction(session -> Lookups.find(session, lookups));
  }

  @Override
  public List<Entry> read(TopicId topic, long after, int maxEntries, int maxBytes)
      throws JournalException {
    return transaction(
        session -> {
          Long id = new TopicRows(session).idOfLiving(topic);
          return id == null
              ? List.of()
              : new EntryRows(session).read(id, after, Long.MAX_VALUE, maxEntries, maxBytes);
        });
  }

  @Override
  public void commit(List<Append> appends, List<Profile> profiles) throws JournalException {
    Set<TopicId> topics = HashSet.newHashSet(appends.size());
    for (Append append : appends) {
      if (!topics.add(append.topic())) {
        throw new IllegalArgumentException(
            "appends to %s: several (expected: one)".formatted(append.topic()));
      }
    }
    if (appends.isEmpty() && profiles.isEmpty()) {
      return;
    }
    freshChars =
        transaction(
            session -> {
              int added = new CommitWriter(session).write(appends, profiles);
              WordIndex words = new WordIndex(session);
              long now = freshChars == UNKNOWN ? words.freshChars() : freshChars + added;
              if (now >= connector.limits().freshChars()) {
                words.move();
                now = 0;
              }
              return now;
            });
    cutLog();
  }

  @Override
  public void probe() throws JournalException {
    transaction(
        session -> {
          var fill = session.prepare("INSERT OR REPLACE INTO probe (id, filler) VALUES (1, ?)");
          fill.setBytes(1, new byte[PROBE_BYTES]);
          new WordIndex(session).move();
          return fill.executeUpdate();
        });
    transaction(session -> session.prepare("DELETE FROM probe").executeUpdate());
  }

  @Override
  public boolean reap(int maxEntries) throws JournalException {
    boolean more = transaction(session -> new Reaper(session).reap(maxEntries));
    cutLog();
    return more;
  }

  /// What was committed stays so, whatever happens here: a failure shows at the next commit.
  private void cutLog() {
    try {
      if (session != null) {
        log.cutIfLong(session);
      }
    } catch (SQLException e) {
      giveUp(e);
    }
  }

  @Override
  public void close() throws SQLException {
    closed = true;
    if (session != null) {
      session.close();
    }
  }
}
