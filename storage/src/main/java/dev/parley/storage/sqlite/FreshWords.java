package dev.parley.storage.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Asks texts that are not in the index yet what the index is asked: by an index of their own, of
/// the same kind, in memory, filled for the one question.
final class FreshWords {
  /// As the table `words`, whose tokens must be the same.
  private static final String CREATE =
      "CREATE VIRTUAL TABLE words USING fts5 (text, author, content = '',"
          + " tokenize = 'unicode61 remove_diacritics 2')";

  private static final String INSERT = "INSERT INTO words (rowid, text, author) VALUES (?, ?, ?)";
  private static final String CLEAR = "INSERT INTO words (words) VALUES ('delete-all')";
  private static final String SEARCH =
      "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC";

  private FreshWords() {}

  /// Positions of those that match, newest first.
  ///
  /// @param session whose memory is used
  /// @param texts position, text and author's token
  /// @param match a query in FTS5's language
  static List<Long> matching(Session session, ResultSet texts, String match) throws SQLException {
    if (!texts.next()) {
      return List.of();
    }
    Session memory = session.memory(CREATE);
    PreparedStatement insert = memory.prepare(INSERT);
    do {
      insert.setLong(1, texts.getLong(1));
      insert.setString(2, texts.getString(2));
      insert.setString(3, texts.getString(3));
      insert.executeUpdate();
    } while (texts.next());
    List<Long> found = new ArrayList<>();
    PreparedStatement search = memory.prepare(SEARCH);
    search.setString(1, match);
    try (ResultSet rows = search.executeQuery()) {
      while (rows.next()) {
        found.add(rows.getLong(1));
      }
    }
    memory.prepare(CLEAR).executeUpdate();
    memory.commit();
    return found;
  }
}
