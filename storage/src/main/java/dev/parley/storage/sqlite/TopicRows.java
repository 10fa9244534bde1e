package dev.parley.storage.sqlite;

import dev.parley.core.topic.Snapshot;
import dev.parley.core.topic.TopicHead;
import dev.parley.core.topic.TopicId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// The tables `topic` and `snapshot`.
record TopicRows(Session session) {
  static final String COLUMNS =
      "t.id, t.kind, t.name, t.last_sequence, t.created_at, t.erased, t.members,"
          + " s.sequence, s.state";
  private static final String FIND =
      "SELECT id, last_sequence, erased FROM topic WHERE kind = ? AND name = ?";
  private static final String HEAD =
      "SELECT "
          + COLUMNS
          + " FROM topic t LEFT JOIN snapshot s ON s.topic = t.id WHERE t.kind = ? AND t.name = ?";
  private static final String INSERT =
      "INSERT INTO topic (kind, name, last_sequence, created_at, listed, erased, members)"
          + " VALUES (?, ?, 0, ?, 0, 0, 0) RETURNING id";
  private static final String UPDATE =
      "UPDATE topic SET last_sequence = ?, members = members + ? WHERE id = ?";
  private static final String LIST = "UPDATE topic SET listed = ? WHERE id = ?";
  private static final String ERASE = "UPDATE topic SET erased = 1, members = 0 WHERE id = ?";
  private static final String PUT_SNAPSHOT =
      "INSERT INTO snapshot (topic, sequence, state) VALUES (?, ?, ?) ON CONFLICT (topic) DO UPDATE"
          + " SET sequence = excluded.sequence, state = excluded.state";
  private static final String MEMBERS =
      "SELECT members FROM topic WHERE kind = ? AND name = ? AND erased = 0";
  /// Number of the topic that was made last.
  static final String GREATEST = "SELECT coalesce(max(id), 0) FROM topic";

  private static final Snapshot NO_SNAPSHOT = new Snapshot(0, new byte[0]);

  /// What a write needs to know of a topic.
  record Row(long id, long lastSequence, boolean erased) {}

  @Nullable Row find(TopicId topic) throws SQLException {
    PreparedStatement statement = session.prepare(FIND);
    statement.setString(1, topic.kind());
    statement.setString(2, topic.name());
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next() ? new Row(rows.getLong(1), rows.getLong(2), rows.getInt(3) != 0) : null;
    }
  }

  /// Number of a topic whose contents may be read; null if there is none or it is erased.
  @Nullable Long idOfLiving(TopicId topic) throws SQLException {
    Row row = find(topic);
    return row == null || row.erased() ? null : row.id();
  }

  @Nullable TopicHead head(TopicId topic) throws SQLException {
    PreparedStatement statement = session.prepare(HEAD);
    statement.setString(1, topic.kind());
    statement.setString(2, topic.name());
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next() ? head(rows) : null;
    }
  }

  /// The head in the current row of a query for [#COLUMNS].
  static TopicHead head(ResultSet rows) throws SQLException {
    byte[] state = rows.getBytes(9);
    return new TopicHead(
        new TopicId(rows.getString(2), rows.getString(3)),
        rows.getLong(4),
        state == null ? NO_SNAPSHOT : new Snapshot(rows.getLong(8), state),
        rows.getLong(5),
        rows.getInt(6) != 0);
  }

  int members(TopicId topic) throws SQLException {
    PreparedStatement statement = session.prepare(MEMBERS);
    statement.setString(1, topic.kind());
    statement.setString(2, topic.name());
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next() ? rows.getInt(1) : 0;
    }
  }

  Row insert(TopicId topic, long createdAtMicros) throws SQLException {
    PreparedStatement statement = session.prepare(INSERT);
    statement.setString(1, topic.kind());
    statement.setString(2, topic.name());
    statement.setLong(3, createdAtMicros);
    try (ResultSet rows = statement.executeQuery()) {
      rows.next();
      return new Row(rows.getLong(1), 0, false);
    }
  }

  void update(long id, long lastSequence, int membersAdded) throws SQLException {
    PreparedStatement statement = session.prepare(UPDATE);
    statement.setLong(1, lastSequence);
    statement.setInt(2, membersAdded);
    statement.setLong(3, id);
    statement.executeUpdate();
  }

  void list(long id, boolean listed) throws SQLException {
    PreparedStatement statement = session.prepare(LIST);
    statement.setInt(1, listed ? 1 : 0);
    statement.setLong(2, id);
    statement.executeUpdate();
  }

  void erase(long id) throws SQLException {
    PreparedStatement statement = session.prepare(ERASE);
    statement.setLong(1, id);
    statement.executeUpdate();
  }

  void putSnapshot(long id, Snapshot snapshot) throws SQLException {
    PreparedStatement statement = session.prepare(PUT_SNAPSHOT);
    statement.setLong(1, id);
    statement.setLong(2, snapshot.sequence());
    statement.setBytes(3, snapshot.state());
    statement.executeUpdate();
  }
}
