package dev.parley.storage.sqlite;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// Asks texts that are not in the index yet what the index is asked: by an index of their own, of
/// the same kind, in memory, made for the one question.
final class FreshWords {
  /// As the table `words`, whose tokens must be the same.
  private static final String CREATE =
      "CREATE VIRTUAL TABLE words USING fts5 (text, author, content = '',"
          + " tokenize = 'unicode61 remove_diacritics 2')";

  private static final String INSERT = "INSERT INTO words (rowid, text, author) VALUES (?, ?, ?)";
  private static final String SEARCH = "SELECT rowid FROM words WHERE words MATCH ?";

  private FreshWords() {}

  /// Positions of those that match, in no order.
  ///
  /// @param texts position, text and author's token
  /// @param match a query in FTS5's language
  static List<Long> matching(ResultSet texts, String match) throws SQLException {
    if (!texts.next()) {
      return List.of();
    }
    try (Connection memory = DriverManager.getConnection("jdbc:sqlite::memory:")) {
      memory.setAutoCommit(false);
      try (Statement create = memory.createStatement()) {
        create.execute(CREATE);
      }
      try (PreparedStatement insert = memory.prepareStatement(INSERT)) {
        do {
          insert.setLong(1, texts.getLong(1));
          insert.setString(2, texts.getString(2));
          insert.setString(3, texts.getString(3));
          insert.executeUpdate();
        } while (texts.next());
      }
      return search(memory, match);
    }
  }

  private static List<Long> search(Connection memory, String match) throws SQLException {
    List<Long> found = new ArrayList<>();
    try (PreparedStatement search = memory.prepareStatement(SEARCH)) {
      search.setString(1, match);
      try (ResultSet rows = search.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getLong(1));
        }
      }
    }
    return found;
  }
}
