package dev.parley.storage.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Looks for damage in a file.
record IntegrityCheck(Connection connection) {
  private static final int MAX_PROBLEMS = 100;
  private static final int STEPS_BETWEEN_LOOKS = 1_000;
  private static final String ENTRIES =
      "SELECT 'topic ' || id || ' ends with ' || last_sequence || ', but has ' || entries"
          + " || ' entries' FROM (SELECT id, last_sequence, (SELECT count(*) FROM entry"
          + " WHERE position > id << 36 AND position < (id + 1) << 36) AS entries"
          + " FROM topic WHERE erased = 0) WHERE entries <> last_sequence LIMIT "
          + MAX_PROBLEMS;
  private static final String MEMBERS =
      "SELECT 'topic ' || id || ' counts ' || members || ' members, but has ' || rows"
          + " FROM (SELECT id, members, (SELECT count(*) FROM member m WHERE m.topic = t.id)"
          + " AS rows FROM topic t WHERE erased = 0) WHERE rows <> members LIMIT "
          + MAX_PROBLEMS;

  /// Result of a check that had a time limit.
  ///
  /// @param problems what was found; at most 100
  /// @param complete whether everything was looked at
  record Result(List<String> problems, boolean complete) {}

  /// Reads all of the file, and compares the tables with each other; can take minutes.
  List<String> full() throws SQLException {
    List<String> problems = query("PRAGMA integrity_check(" + MAX_PROBLEMS + ")");
    if (problems.isEmpty()) {
      problems.addAll(query(ENTRIES));
      problems.addAll(query(MEMBERS));
    }
    return problems;
  }

  /// Checks the pages of a small file, not whether the indexes agree.
  List<String> pages() throws SQLException {
    return query("PRAGMA quick_check(1)");
  }

  /// Checks the pages, not whether the indexes agree, for a limited time.
  Result quick(long limitNanos) throws SQLException {
    long start = System.nanoTime();
    ProgressHandler.setHandler(
        connection,
        STEPS_BETWEEN_LOOKS,
        new ProgressHandler() {
          @Override
          protected int progress() {
            return System.nanoTime() - start > limitNanos ? 1 : 0;
          }
        });
    try {
      return new Result(query("PRAGMA quick_check(1)"), true);
    } catch (SQLiteException e) {
      if (e.getResultCode() == SQLiteErrorCode.SQLITE_INTERRUPT) {
        return new Result(List.of(), false);
      }
      throw e;
    } finally {
      ProgressHandler.clearHandler(connection);
    }
  }

  private List<String> query(String sql) throws SQLException {
    List<String> problems = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        if (!rows.getString(1).equals("ok")) {
          problems.add(rows.getString(1));
        }
      }
    }
    return problems;
  }
}
