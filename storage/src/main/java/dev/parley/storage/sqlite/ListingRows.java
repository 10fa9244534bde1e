package dev.parley.storage.sqlite;

import dev.parley.core.limit.Limits;
import dev.parley.core.topic.JournalReader.Listing;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.TopicId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Topics as one user sees them in a list.
record ListingRows(Session session) {
  private static final String SELECT =
      "SELECT " + TopicRows.COLUMNS + " FROM topic t LEFT JOIN snapshot s ON s.topic = t.id ";
  private static final String ONE = SELECT + "WHERE t.kind = ? AND t.name = ? AND t.erased = 0";
  private static final String MINE =
      "SELECT m.topic AS id, m.name AS name FROM member m JOIN topic u ON u.id = m.topic"
          + " WHERE m.user = ? AND m.kind = ? AND m.name > ? AND u.erased = 0"
          + " ORDER BY m.name LIMIT ?";
  private static final String LISTED =
      "SELECT id, name FROM topic WHERE kind = ? AND listed = 1 AND erased = 0 AND name > ?"
          + " ORDER BY name LIMIT ?";
  private static final String JOINED =
      SELECT + "JOIN (" + MINE + ") m ON m.id = t.id ORDER BY t.name";
  private static final String BACKWARDS =
      SELECT
          + "JOIN (SELECT m.topic AS id FROM member m JOIN topic u ON u.id = m.topic"
          + " WHERE m.user = ? AND m.kind = ? AND m.name < ? AND u.erased = 0"
          + " ORDER BY m.name DESC LIMIT ?) m ON m.id = t.id ORDER BY t.name DESC";
  // Each half stops at the limit by itself: what is neither listed nor joined is never walked over.
  private static final String VISIBLE =
      SELECT
          + "JOIN (SELECT * FROM ("
          + MINE
          + ") UNION SELECT * FROM ("
          + LISTED
          + ")) v ON v.id = t.id ORDER BY t.name LIMIT ?";
  // Bounded before authors are looked at, or one's own messages would be walked over without end.
  private static final String UNREAD =
      "SELECT count(*) FROM (SELECT author FROM entry WHERE content = 1 AND position > ?"
          + " AND position < ? ORDER BY position DESC LIMIT ?) WHERE author <> ?";

  @Nullable Listing one(TopicId topic, String viewer) throws SQLException {
    PreparedStatement statement = session.prepare(ONE);
    statement.setString(1, topic.kind());
    statement.setString(2, topic.name());
    List<Listing> listings = listings(statement, viewer);
    return listings.isEmpty() ? null : listings.getFirst();
  }

  List<Listing> page(String kind, String viewer, boolean joinedOnly, String afterName, int limit)
      throws SQLException {
    PreparedStatement statement = session.prepare(joinedOnly ? JOINED : VISIBLE);
    statement.setString(1, viewer);
    statement.setString(2, kind);
    statement.setString(3, afterName);
    statement.setInt(4, limit);
    if (!joinedOnly) {
      statement.setString(5, kind);
      statement.setString(6, afterName);
      statement.setInt(7, limit);
      statement.setInt(8, limit);
    }
    return listings(statement, viewer);
  }

  List<Listing> pageBackwards(String kind, String viewer, String beforeName, int limit)
      throws SQLException {
    PreparedStatement statement = session.prepare(BACKWARDS);
    statement.setString(1, viewer);
    statement.setString(2, kind);
    if (beforeName.isEmpty()) {
      statement.setBytes(3, new byte[0]); // any text is smaller than any blob
    } else {
      statement.setString(3, beforeName);
    }
    statement.setInt(4, limit);
    return listings(statement, viewer);
  }

  private List<Listing> listings(PreparedStatement statement, String viewer) throws SQLException {
    MemberRows members = new MemberRows(session);
    List<Listing> listings = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        long topic = rows.getLong(1);
        Member member = members.find(topic, viewer);
        int unread = member == null ? 0 : unread(topic, member);
        listings.add(new Listing(TopicRows.head(rows), rows.getInt(7), member, unread));
      }
    }
    return listings;
  }

  private int unread(long topic, Member member) throws SQLException {
    PreparedStatement statement = session.prepare(UNREAD);
    statement.setLong(1, Position.of(topic, member.readSequence()));
    statement.setLong(2, Position.of(topic, Long.MAX_VALUE));
    statement.setInt(3, Limits.MAX_UNREAD);
    statement.setString(4, member.user());
    try (ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
