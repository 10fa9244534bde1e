package dev.parley.storage.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ThreadLocalRandom;

/// The number that tells one life of a journal from another: drawn anew when a file is made and
/// when a backup is restored. Random, because two restores of one backup must differ too; within
/// what JavaScript counts exactly.
final class Epoch {
  private static final long END = 1L << 53;

  private Epoch() {}

  /// The file's epoch; a new file gets one.
  static long of(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO setting (name, value) VALUES ('epoch', "
              + draw()
              + ") ON CONFLICT DO NOTHING");
      try (ResultSet rows =
          statement.executeQuery("SELECT value FROM setting WHERE name = 'epoch'")) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  /// Begins a new life.
  static void renew(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("UPDATE setting SET value = " + draw() + " WHERE name = 'epoch'");
    }
  }

  private static long draw() {
    return ThreadLocalRandom.current().nextLong(1, END);
  }
}
