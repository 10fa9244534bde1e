package dev.parley.storage.sqlite;

import dev.parley.core.topic.Entry;
import dev.parley.core.topic.SearchWords;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Where each word occurs.
///
/// The full-text index `words` costs much for each transaction and little for each text in it. So
/// new texts lie in the table `fresh` until there is enough ([StorageLimits#freshChars]), and then
/// go into the index together; many that come together do so at once. A search asks both, with the
/// same query, in one state of the file: it finds everything that was committed before it.
record WordIndex(Session session) {
  /// What a text counts as at least, however short it is.
  private static final int MIN_CHARS = 256;

  private static final String INSERT =
      "INSERT INTO fresh (position, text, author) VALUES (?, ?, ?)";
  private static final String INDEX = "INSERT INTO words (rowid, text, author) VALUES (?, ?, ?)";
  private static final String CHARS = "SELECT sum(max(length(text), " + MIN_CHARS + ")) FROM fresh";

  /// In the index's order: it writes what it has where the next position is a smaller one.
  private static final String MOVE =
      "INSERT INTO words (rowid, text, author)"
          + " SELECT position, text, author FROM fresh ORDER BY position";
  private static final String EMPTY = "DELETE FROM fresh";
  private static final String DELETE = "DELETE FROM words WHERE rowid > ? AND rowid <= ?";
  private static final String DELETE_FRESH =
      "DELETE FROM fresh WHERE position > ? AND position <= ?";
  private static final String FRESH =
      "SELECT position, text, author FROM fresh WHERE position > ? AND position < ?";
  private static final String SEARCH =
      "SELECT "
          + EntryRows.COLUMNS
          + " FROM words w JOIN entry e ON e.position = w.rowid"
          + " WHERE words MATCH ? AND w.rowid > ? AND w.rowid < ?"
          + " AND (?4 IS NULL OR e.author = ?4)"
          + " ORDER BY w.rowid DESC LIMIT ?5";

  /// What an entry is found by.
  record Text(String text, String author) {
    /// What it counts as.
    private int chars() {
      return Math.max(MIN_CHARS, text.length());
    }
  }

  /// Adds texts.
  ///
  /// @param texts by position
  /// @param fresh how much there is already that is not in the index, or more
  /// @param limit how much is too much
  /// @return how much there is now, or more
  long add(SortedMap<Long, Text> texts, long fresh, int limit) throws SQLException {
    long chars = fresh + texts.values().stream().mapToLong(Text::chars).sum();
    if (chars < limit) {
      insert(INSERT, texts);
      return chars;
    }
    move();
    insert(INDEX, texts);
    return 0;
  }

  private void insert(String sql, SortedMap<Long, Text> texts) throws SQLException {
    PreparedStatement statement = session.prepare(sql);
    for (Map.Entry<Long, Text> each : texts.entrySet()) {
      statement.setLong(1, each.getKey());
      statement.setString(2, each.getValue().text());
      statement.setString(3, token(each.getValue().author()));
      statement.executeUpdate();
    }
  }

  /// How much there is that is not in the index; looks at all of it.
  long freshChars() throws SQLException {
    return session.queryLong(CHARS);
  }

  /// Puts all that is fresh into the index.
  void move() throws SQLException {
    session.prepare(MOVE).executeUpdate();
    session.prepare(EMPTY).executeUpdate();
  }

  /// Removes the words of a range of entries.
  ///
  /// @param after the position before the first one
  void delete(long after, long last) throws SQLException {
    for (String sql : List.of(DELETE, DELETE_FRESH)) {
      PreparedStatement statement = session.prepare(sql);
      statement.setLong(1, after);
      statement.setLong(2, last);
      statement.executeUpdate();
    }
  }

  /// Newest first.
  List<Entry> search(long topic, SearchWords words, @Nullable String author, long before, int limit)
      throws SQLException {
    String match = match(words, author);
    List<Entry> found = new ArrayList<>(indexed(topic, match, author, before, limit));
    EntryRows entries = new EntryRows(session);
    int fresh = 0;
    for (long position : fresh(topic, match, before)) {
      Entry entry = fresh == limit ? null : entries.at(topic, Position.sequence(position));
      if (entry != null && (author == null || author.equals(entry.author()))) {
        found.add(entry);
        fresh++;
      }
    }
    found.sort(Comparator.comparingLong(Entry::sequence).reversed());
    return found.size() > limit ? List.copyOf(found.subList(0, limit)) : found;
  }

  private List<Entry> indexed(
      long topic, String match, @Nullable String author, long before, int limit)
      throws SQLException {
    PreparedStatement statement = session.prepare(SEARCH);
    statement.setString(1, match);
    statement.setLong(2, Position.of(topic, 0));
    statement.setLong(3, Position.of(topic, before));
    statement.setString(4, author);
    statement.setInt(5, limit);
    return EntryRows.all(statement);
  }

  private List<Long> fresh(long topic, String match, long before) throws SQLException {
    PreparedStatement statement = session.prepare(FRESH);
    statement.setLong(1, Position.of(topic, 0));
    statement.setLong(2, Position.of(topic, before));
    try (ResultSet rows = statement.executeQuery()) {
      return FreshWords.matching(session, rows, match);
    }
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
