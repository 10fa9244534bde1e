package dev.parley.storage.sqlite;

import dev.parley.core.topic.JournalException;
import java.sql.SQLException;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// The tables, as who writes them sees them; one thread at a time.
final class Tables implements AutoCloseable {
  private static final int PROBE_BYTES = 256 << 10;
  private static final long UNKNOWN = -1;

  /// Number of a commit that did not go through the log.
  static final long UNLOGGED = 0;

  private static final String APPLIED = "SELECT value FROM setting WHERE name = 'applied'";
  private static final String APPLY = "UPDATE setting SET value = ? WHERE name = 'applied'";

  private final Connector connector;
  private final Session anchor;
  private final Transactions transactions;
  private final WriteAheadLog log;

  /// How much text waits for the word index, or more; see [WordIndex].
  private long freshChars = UNKNOWN;

  /// @param anchor what [Connector#anchor] opened
  /// @param failed called after each failure of SQLite's
  Tables(Connector connector, Session anchor, Runnable failed) {
    this.connector = connector;
    this.anchor = anchor;
    transactions =
        new Transactions(
            connector.file(),
            connector::writer,
            () -> {
              freshChars = UNKNOWN; // perhaps it was committed all the same
              failed.run();
            });
    log = new WriteAheadLog(connector);
  }

  /// Number of the last commit of the log that is in the tables; 0: none.
  long applied() throws JournalException {
    return transactions.commit(session -> session.queryLong(APPLIED));
  }

  /// Writes commits, all or none; those of the log that are there already are left out. (A commit
  /// may be reported as failed and yet be there, if it is what follows it that failed.)
  void write(List<Commit> commits) throws JournalException {
    freshChars = transactions.commit(session -> write(session, commits));
    cutLog();
  }

  /// @return how much text waits for the word index then, or more
  private long write(Session session, List<Commit> commits) throws SQLException, JournalException {
    long applied = session.queryLong(APPLIED);
    List<Commit> missing =
        commits.stream().filter(it -> it.number() == UNLOGGED || it.number() > applied).toList();
    SortedMap<Long, WordIndex.Text> texts = new CommitWriter(session).write(missing);
    var words = new WordIndex(session);
    long fresh = freshChars == UNKNOWN ? words.freshChars() : freshChars;
    long now = words.add(texts, fresh, connector.limits().freshChars());
    long last = missing.isEmpty() ? UNLOGGED : missing.getLast().number();
    if (last != UNLOGGED) {
      skipTo(session, last);
    }
    return now;
  }

  /// Goes on as if all commits of the log up to a number were there.
  void skipTo(long number) throws JournalException {
    transactions.commit(session -> skipTo(session, number));
  }

  private static int skipTo(Session session, long number) throws SQLException {
    var statement = session.prepare(APPLY);
    statement.setLong(1, number);
    return statement.executeUpdate();
  }

  /// Reads what the tables would say if commits were written, which is done in memory and taken
  /// back: also where nothing can be written any more, since the connection has been open for as
  /// long as it could.
  <T extends @Nullable Object> T preview(List<Commit> commits, Transactions.Work<T> work)
      throws JournalException {
    try {
      var _ = write(anchor, commits);
      return work.in(anchor);
    } catch (SQLException e) {
      throw Failures.journal(e, connector.file());
    } finally {
      takeBack();
    }
  }

  private void takeBack() throws JournalException {
    try {
      anchor.rollback();
    } catch (SQLException e) {
      throw Failures.journal(e, connector.file());
    }
  }

  /// See [dev.parley.core.topic.Journal#probe].
  void probe() throws JournalException {
    transactions.commit(
        session -> {
          var fill = session.prepare("INSERT OR REPLACE INTO probe (id, filler) VALUES (1, ?)");
          fill.setBytes(1, new byte[PROBE_BYTES]);
          new WordIndex(session).move();
          return fill.executeUpdate();
        });
    transactions.commit(session -> session.prepare("DELETE FROM probe").executeUpdate());
  }

  /// See [dev.parley.core.topic.Journal#reap].
  boolean reap(int maxRows) throws JournalException {
    boolean more = transactions.commit(session -> new Reaper(session).reap(maxRows));
    cutLog();
    return more;
  }

  /// How many bytes can be added before the quota is reached or the disk is full, as far as that
  /// can be known.
  long room() throws JournalException {
    long pages =
        transactions.commit(
            session ->
                session.queryLong("PRAGMA max_page_count")
                    - session.queryLong("PRAGMA page_count")
                    + session.queryLong("PRAGMA freelist_count"));
    return Math.min(pages * Connector.PAGE_BYTES, connector.file().toFile().getUsableSpace());
  }

  /// What was committed stays so, whatever happens here: a failure shows at the next commit.
  private void cutLog() {
    try {
      transactions.commit(
          session -> {
            log.cutIfLong(session);
            return 0;
          });
    } catch (JournalException e) {
      // as above
    }
  }

  @Override
  public void close() throws SQLException {
    transactions.close();
  }
}
