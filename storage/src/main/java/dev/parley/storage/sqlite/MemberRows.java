package dev.parley.storage.sqlite;

import dev.parley.core.topic.Member;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.Role;
import dev.parley.core.topic.TopicId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The table `member`. A topic is named by its number.
record MemberRows(Session session) {
  private static final List<Role> ROLES = List.of(Role.MEMBER, Role.MODERATOR, Role.OWNER);
  private static final String COLUMNS = "user, role, joined_at, read_sequence";
  private static final String FIND =
      "SELECT " + COLUMNS + " FROM member WHERE topic = ? AND user = ?";
  private static final String PAGE =
      "SELECT " + COLUMNS + " FROM member WHERE topic = ? AND user > ? ORDER BY user LIMIT ?";
  private static final String ROLE = "UPDATE member SET role = ? WHERE topic = ? AND user = ?";
  private static final String INSERT =
      "INSERT INTO member (topic, user, kind, name, role, joined_at, read_sequence)"
          + " VALUES (?, ?, ?, ?, ?, ?, 0)";
  private static final String REMOVE = "DELETE FROM member WHERE topic = ? AND user = ?";
  private static final String READ =
      "UPDATE member SET read_sequence = ? WHERE topic = ? AND user = ? AND read_sequence < ?";

  @Nullable Member find(long topic, String user) throws SQLException {
    PreparedStatement statement = session.prepare(FIND);
    statement.setLong(1, topic);
    statement.setString(2, user);
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next() ? member(rows) : null;
    }
  }

  List<Member> page(long topic, String afterUser, int limit) throws SQLException {
    PreparedStatement statement = session.prepare(PAGE);
    statement.setLong(1, topic);
    statement.setString(2, afterUser);
    statement.setInt(3, limit);
    List<Member> members = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        members.add(member(rows));
      }
    }
    return members;
  }

  /// Carries a change out and returns by how many members the topic grew.
  int apply(long topic, TopicId id, MemberChange change) throws SQLException {
    return switch (change) {
      case MemberChange.Put put -> put(topic, id, put);
      case MemberChange.Remove remove -> {
        PreparedStatement statement = session.prepare(REMOVE);
        statement.setLong(1, topic);
        statement.setString(2, remove.user());
        yield -statement.executeUpdate();
      }
      case MemberChange.Read read -> {
        PreparedStatement statement = session.prepare(READ);
        statement.setLong(1, read.sequence());
        statement.setLong(2, topic);
        statement.setString(3, read.user());
        statement.setLong(4, read.sequence());
        statement.executeUpdate();
        yield 0;
      }
    };
  }

  private int put(long topic, TopicId id, MemberChange.Put put) throws SQLException {
    PreparedStatement role = session.prepare(ROLE);
    role.setInt(1, ROLES.indexOf(put.role()));
    role.setLong(2, topic);
    role.setString(3, put.user());
    if (role.executeUpdate() > 0) {
      return 0;
    }
    PreparedStatement insert = session.prepare(INSERT);
    insert.setLong(1, topic);
    insert.setString(2, put.user());
    insert.setString(3, id.kind());
    insert.setString(4, id.name());
    insert.setInt(5, ROLES.indexOf(put.role()));
    insert.setLong(6, put.atMicros());
    return insert.executeUpdate();
  }

  private static Member member(ResultSet rows) throws SQLException {
    return new Member(
        rows.getString(1), ROLES.get(rows.getInt(2)), rows.getLong(3), rows.getLong(4));
  }
}
