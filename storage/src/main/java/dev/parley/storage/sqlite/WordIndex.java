package dev.parley.storage.sqlite;

import dev.parley.core.topic.Entry;
import dev.parley.core.topic.SearchWords;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The full-text index `words`, which holds no text, only where each word occurs.
record WordIndex(Session session) {
  private static final String INSERT = "INSERT INTO words (rowid, text, author) VALUES (?, ?, ?)";
  private static final String DELETE = "DELETE FROM words WHERE rowid = ?";
  private static final String SEARCH =
      "SELECT "
          + EntryRows.COLUMNS
          + " FROM words w JOIN entry e ON e.position = w.rowid"
          + " WHERE words MATCH ? AND w.rowid > ? AND w.rowid < ?"
          + " AND (?4 IS NULL OR e.author = ?4)"
          + " ORDER BY w.rowid DESC LIMIT ?5";

  void insert(long position, String text, String author) throws SQLException {
    PreparedStatement statement = session.prepare(INSERT);
    statement.setLong(1, position);
    statement.setString(2, text);
    statement.setString(3, token(author));
    statement.executeUpdate();
  }

  void delete(long position) throws SQLException {
    PreparedStatement statement = session.prepare(DELETE);
    statement.setLong(1, position);
    statement.executeUpdate();
  }

  /// Newest first.
  List<Entry> search(long topic, SearchWords words, @Nullable String author, long before, int limit)
      throws SQLException {
    PreparedStatement statement = session.prepare(SEARCH);
    statement.setString(1, match(words, author));
    statement.setLong(2, Position.of(topic, 0));
    statement.setLong(3, Position.of(topic, before));
    statement.setString(4, author);
    statement.setInt(5, limit);
    return EntryRows.all(statement);
  }

  /// The query in FTS5's language. Every term is a quoted string, in which only the quote itself
  /// means anything; words that stand side by side must all occur.
  private static String match(SearchWords words, @Nullable String author) {
    StringBuilder match = new StringBuilder("text : (");
    for (SearchWords.Term term : words.terms()) {
      String text = term.text().replace("\"", "\"\"").replace('\0', ' ');
      match.append('"').append(text).append(term.prefix() ? "\" * " : "\" ");
    }
    match.append(')');
    if (author != null) {
      match.append(" AND author : ").append(token(author));
    }
    return match.toString();
  }

  /// One word that narrows the search to an author and, with a few, others of the same hash: ids
  /// can hold anything, and as they are would be taken apart into words, or into none.
  private static String token(String author) {
    return "a" + Integer.toHexString(author.hashCode());
  }
}
