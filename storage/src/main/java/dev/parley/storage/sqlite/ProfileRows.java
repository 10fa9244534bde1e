package dev.parley.storage.sqlite;

import dev.parley.core.user.Profile;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// The table `profile`.
record ProfileRows(Session session) {
  private static final String FIND =
      "SELECT username, display_name, avatar_url FROM profile WHERE id = ?";
  private static final String PUT =
      "INSERT INTO profile (id, username, display_name, avatar_url) VALUES (?, ?, ?, ?)"
          + " ON CONFLICT (id) DO UPDATE SET username = excluded.username,"
          + " display_name = excluded.display_name, avatar_url = excluded.avatar_url";

  void put(Profile profile) throws SQLException {
    PreparedStatement statement = session.prepare(PUT);
    statement.setString(1, profile.id());
    statement.setString(2, profile.username());
    statement.setString(3, profile.displayName());
    statement.setString(4, profile.avatarUrl());
    statement.executeUpdate();
  }

  @Nullable Profile find(String user) throws SQLException {
    PreparedStatement statement = session.prepare(FIND);
    statement.setString(1, user);
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next()
          ? new Profile(user, rows.getString(1), rows.getString(2), rows.getString(3))
          : null;
    }
  }
}
