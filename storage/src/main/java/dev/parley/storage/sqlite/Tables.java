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
  static final String APPLIED = "SELECT value FROM setting WHERE name = 'applied'";
  private static final String APPLY = "UPDATE setting SET value = ? WHERE name = 'applied'";

  private final Connector connector;
  private final Session anchor;

  /// Nothing may be written there any more: it could be in no transaction.
  private boolean anchorFailed;

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

  /// Number of the last commit that is in the tables; 0: none.
  long applied() throws JournalException {
    return transactions.commit(session -> session.queryLong(APPLIED));
  }

  /// Writes commits, all or none; those that are there already are left out. (A commit may be
  /// reported as failed and yet be there, if it is what follows it that failed.)
  void write(List<Commit> commits) throws JournalException {
    freshChars = transactions.commit(session -> write(session, commits));
    cutLog();
  }

  /// Writes a commit that is not in the log.
  void writeNext(Commit commit) throws JournalException {
    freshChars =
        transactions.commit(
            session -> {
              long applied = session.queryLong(APPLIED);
              if (commit.number() != applied + 1) {
                throw new JournalException(
                    JournalException.Cause.BROKEN,
                    "%s: commit %d comes after %d"
                        .formatted(connector.file(), commit.number(), applied),
                    null);
              }
              return write(session, List.of(commit));
            });
    cutLog();
  }

  /// @return how much text waits for the word index then, or more
  private long write(Session session, List<Commit> commits) throws SQLException, JournalException {
    long applied = session.queryLong(APPLIED);
    List<Commit> missing = commits.stream().filter(it -> it.number() > applied).toList();
    SortedMap<Long, WordIndex.Text> texts = new CommitWriter(session).write(missing);
    var words = new WordIndex(session);
    long fresh = freshChars == UNKNOWN ? words.freshChars() : freshChars;
    long now = words.add(texts, fresh, connector.limits().freshChars());
    if (!missing.isEmpty()) {
      skipTo(session, missing.getLast().number());
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
    if (anchorFailed) {
      throw new JournalException(
          JournalException.Cause.BROKEN,
          connector.file() + ": what waits cannot be read: restart when it can be written",
          null);
    }
    try {
      var _ = write(anchor, commits);
      T result = work.in(anchor);
      anchor.rollback();
      return result;
    } catch (SQLException e) {
      recoverAnchor(e);
      throw Failures.journal(e, connector.file());
    } catch (JournalException | RuntimeException | Error e) {
      recoverAnchor(e);
      throw e;
    }
  }

  private void recoverAnchor(Throwable reason) {
    anchorFailed = true;
    try {
      anchor.recover();
      anchorFailed = false;
    } catch (SQLException e) {
      reason.addSuppressed(e);
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
