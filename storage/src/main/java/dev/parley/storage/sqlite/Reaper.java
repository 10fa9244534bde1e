package dev.parley.storage.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/// Removes what erased topics left behind, a slice at a time. The topic's row stays, so that its
/// name is not taken for a new one's.
record Reaper(Session session) {
  private static final String NEXT_TOPIC = "SELECT id FROM topic WHERE erased = 1 LIMIT 1";
  private static final String SLICE_END =
      "SELECT max(position) FROM (SELECT position FROM entry WHERE position > ? AND position < ?"
          + " ORDER BY position LIMIT ?)";
  private static final String ENTRIES = "DELETE FROM entry WHERE position > ? AND position <= ?";
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
    int removed = removeEntries(topic, maxRows);
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

  /// Entries go before their words: a removal from the index takes pages at first, which a full
  /// file can give only when there are free ones.
  private int removeEntries(long topic, int limit) throws SQLException {
    PreparedStatement slice = session.prepare(SLICE_END);
    slice.setLong(1, Position.of(topic, 0));
    slice.setLong(2, Position.of(topic, Long.MAX_VALUE));
    slice.setInt(3, limit);
    long end;
    try (ResultSet rows = slice.executeQuery()) {
      rows.next();
      end = rows.getLong(1);
    }
    PreparedStatement entries = session.prepare(ENTRIES);
    entries.setLong(1, Position.of(topic, 0));
    entries.setLong(2, end);
    int removed = entries.executeUpdate();
    new WordIndex(session).delete(Position.of(topic, 0), end);
    return removed;
  }
}
