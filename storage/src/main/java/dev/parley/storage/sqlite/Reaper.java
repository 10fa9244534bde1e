package dev.parley.storage.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/// Removes what erased topics left behind, a slice at a time. The topic's row stays, so that its
/// name is not taken for a new one's.
record Reaper(Session session) {
  private static final String NEXT_TOPIC = "SELECT id FROM topic WHERE erased = 1 LIMIT 1";
  private static final String SLICE =
      "SELECT position FROM entry WHERE position > ? AND position < ? ORDER BY position LIMIT ?";
  private static final String WORDS = "DELETE FROM words WHERE rowid IN (" + SLICE + ")";
  private static final String ENTRIES = "DELETE FROM entry WHERE position IN (" + SLICE + ")";
  private static final String MEMBERS =
      "DELETE FROM member WHERE topic = ?1 AND user IN"
          + " (SELECT user FROM member WHERE topic = ?1 LIMIT ?2)";
  private static final String DONE = "UPDATE topic SET erased = 2 WHERE id = ?";

  /// Whether there is more to remove.
  boolean reap(int maxRows) throws SQLException {
    long topic;
    try (ResultSet rows = session.prepare(NEXT_TOPIC).executeQuery()) {
      if (!rows.next()) {
        return false;
      }
      topic = rows.getLong(1);
    }
    removeEntries(WORDS, topic, maxRows);
    int removed = removeEntries(ENTRIES, topic, maxRows);
    if (removed < maxRows) {
      PreparedStatement members = session.prepare(MEMBERS);
      members.setLong(1, topic);
      members.setInt(2, maxRows - removed);
      removed += members.executeUpdate();
    }
    if (removed < maxRows) {
      PreparedStatement done = session.prepare(DONE);
      done.setLong(1, topic);
      done.executeUpdate();
    }
    try (ResultSet rows = session.prepare(NEXT_TOPIC).executeQuery()) {
      return rows.next();
    }
  }

  private int removeEntries(String sql, long topic, int limit) throws SQLException {
    PreparedStatement statement = session.prepare(sql);
    statement.setLong(1, Position.of(topic, 0));
    statement.setLong(2, Position.of(topic, Long.MAX_VALUE));
    statement.setInt(3, limit);
    return statement.executeUpdate();
  }
}
