package dev.parley.storage.sqlite;

import dev.parley.core.topic.Draft;
import dev.parley.core.topic.Entry;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The table `entry`. A topic is named by its number.
record EntryRows(Session session) {
  static final String COLUMNS = "e.position, e.type, e.author, e.key, e.at, e.body";
  private static final String SELECT = "SELECT " + COLUMNS + " FROM entry e ";
  private static final String INSERT =
      "INSERT INTO entry (position, type, content, author, key, parent, at, body)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String AMEND = "UPDATE entry SET body = ? WHERE position = ?";
  private static final String AUTHOR = "SELECT author FROM entry WHERE position = ?";
  private static final String AT = SELECT + "WHERE e.position = ?";
  private static final String BY_KEY =
      "SELECT position FROM entry WHERE topic = ? AND key = ? AND author = ?";
  private static final String BY_ANY_KEY =
      SELECT + "WHERE e.topic = ? AND e.key = ? AND e.content = 1 ORDER BY e.position LIMIT 1";
  private static final String READ =
      SELECT + "WHERE e.position > ? AND e.position < ? ORDER BY e.position LIMIT ?";
  private static final String SAID =
      SELECT + "WHERE e.content = 1 AND e.position > ? AND e.position < ? ORDER BY e.position";
  private static final String ANSWERS =
      SELECT
          + "WHERE e.topic = ? AND e.parent = ? AND e.content = 1"
          + " AND e.position > ? AND e.position < ? ORDER BY e.position";
  private static final String NEXT = SAID + " LIMIT ?";
  private static final String NEXT_ANSWERS = ANSWERS + " LIMIT ?";
  private static final String OLDEST_OF = "SELECT min(position) FROM (" + SAID + " DESC LIMIT ?)";
  private static final String OLDEST_ANSWER_OF =
      "SELECT min(position) FROM (" + ANSWERS + " DESC LIMIT ?)";

  void insert(long topic, long sequence, Draft draft) throws SQLException {
    PreparedStatement statement = session.prepare(INSERT);
    statement.setLong(1, Position.of(topic, sequence));
    statement.setInt(2, draft.type());
    statement.setInt(3, draft.content() ? 1 : 0);
    statement.setString(4, draft.author());
    statement.setString(5, draft.key());
    statement.setString(6, draft.parent());
    statement.setLong(7, draft.atMicros());
    statement.setBytes(8, draft.body());
    statement.executeUpdate();
  }

  /// Author of an entry; null: there is no such entry.
  @Nullable String author(long topic, long sequence) throws SQLException {
    PreparedStatement statement = session.prepare(AUTHOR);
    statement.setLong(1, Position.of(topic, sequence));
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next() ? rows.getString(1) : null;
    }
  }

  void amend(long topic, long sequence, byte[] body) throws SQLException {
    PreparedStatement statement = session.prepare(AMEND);
    statement.setBytes(1, body);
    statement.setLong(2, Position.of(topic, sequence));
    statement.executeUpdate();
  }

  @Nullable Entry at(long topic, long sequence) throws SQLException {
    PreparedStatement statement = session.prepare(AT);
    statement.setLong(1, Position.of(topic, sequence));
    return first(statement);
  }

  /// Hardly ever is there one, so its columns, which the driver asks for one by one, are another
  /// query's.
  @Nullable Entry byKey(long topic, String author, String key) throws SQLException {
    PreparedStatement statement = session.prepare(BY_KEY);
    statement.setLong(1, topic);
    statement.setString(2, key);
    statement.setString(3, author);
    long position;
    try (ResultSet rows = statement.executeQuery()) {
      if (!rows.next()) {
        return null;
      }
      position = rows.getLong(1);
    }
    return at(topic, Position.sequence(position));
  }

  @Nullable Entry byAnyKey(long topic, String key) throws SQLException {
    PreparedStatement statement = session.prepare(BY_ANY_KEY);
    statement.setLong(1, topic);
    statement.setString(2, key);
    return first(statement);
  }

  /// Entries between two sequences, neither included, whose bodies have at most so many bytes
  /// together; one in any case.
  List<Entry> read(long topic, long after, long before, int maxEntries, int maxBytes)
      throws SQLException {
    PreparedStatement statement = session.prepare(READ);
    statement.setLong(1, Position.of(topic, after));
    statement.setLong(2, Position.of(topic, before));
    statement.setInt(3, maxEntries);
    return within(maxBytes, statement);
  }

  private static List<Entry> within(int maxBytes, PreparedStatement statement) throws SQLException {
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        Entry entry = entry(rows);
        bytes += entry.body().length;
        if (bytes > maxBytes && !entries.isEmpty()) {
          break;
        }
        entries.add(entry);
      }
    }
    return entries;
  }

  /// See [dev.parley.core.topic.JournalReader#page].
  List<Entry> page(
      long topic, long after, long before, @Nullable String parent, int maxEntries, int maxBytes)
      throws SQLException {
    return within(
        maxBytes,
        between(
            session.prepare(parent == null ? NEXT : NEXT_ANSWERS),
            topic,
            after,
            before,
            parent,
            maxEntries));
  }

  /// See [dev.parley.core.topic.JournalReader#oldestOf].
  long oldestOf(int count, long topic, long before, @Nullable String parent) throws SQLException {
    PreparedStatement statement =
        between(
            session.prepare(parent == null ? OLDEST_OF : OLDEST_ANSWER_OF),
            topic,
            0,
            before,
            parent,
            count);
    try (ResultSet rows = statement.executeQuery()) {
      long position = rows.next() ? rows.getLong(1) : 0;
      return position == 0 ? 0 : Position.sequence(position);
    }
  }

  private static PreparedStatement between(
      PreparedStatement statement,
      long topic,
      long after,
      long before,
      @Nullable String parent,
      int limit)
      throws SQLException {
    int index = 0;
    if (parent != null) {
      statement.setLong(++index, topic);
      statement.setString(++index, parent);
    }
    statement.setLong(++index, Position.of(topic, after));
    statement.setLong(++index, Position.of(topic, before));
    statement.setInt(++index, limit);
    return statement;
  }

  static List<Entry> all(PreparedStatement statement) throws SQLException {
    List<Entry> entries = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        entries.add(entry(rows));
      }
    }
    return entries;
  }

  private static @Nullable Entry first(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next() ? entry(rows) : null;
    }
  }

  private static Entry entry(ResultSet rows) throws SQLException {
    return new Entry(
        Position.sequence(rows.getLong(1)),
        rows.getInt(2),
        rows.getString(3),
        rows.getString(4),
        rows.getLong(5),
        rows.getBytes(6));
  }
}
