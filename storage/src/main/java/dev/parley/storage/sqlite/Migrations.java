package dev.parley.storage.sqlite;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/// Brings a file to this version's schema.
///
/// The schema's number lies in SQLite's `user_version`, set by each migration, so that a file that
/// is up to date costs one read; Flyway runs only when there is something to do.
final class Migrations {
  /// Number of the newest script; a test compares them.
  static final int VERSION = 3;

  /// SQLite's `application_id` of our files: "Prly".
  private static final int APPLICATION = 0x50726c79;

  private Migrations() {}

  /// Refuses a file of a newer version or another program, and one that is no database. Changes
  /// nothing.
  static void check(Connector connector) throws SQLException, StorageOpenException {
    try (Connection connection = connector.plain()) {
      int application = pragma(connection, "application_id");
      int version = pragma(connection, "user_version");
      if (application != APPLICATION && !isEmpty(connection)) {
        throw new StorageOpenException(
            StorageOpenException.Kind.CORRUPT,
            connector.file() + " is a database of another program: name another directory",
            null);
      }
      if (version > VERSION) {
        throw new StorageOpenException(
            StorageOpenException.Kind.NEWER,
            "%s has schema version %d (expected: <= %d): run the newer Parley that wrote it, or restore a backup of this version"
                .formatted(connector.file(), version, VERSION),
            null);
      }
    }
  }

  /// Brings a checked file up to date.
  static void migrate(Connector connector) throws SQLException {
    try (Connection connection = connector.plain()) {
      if (pragma(connection, "user_version") == VERSION) {
        return;
      }
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA application_id = " + APPLICATION);
      }
    }
    Flyway.configure(Migrations.class.getClassLoader())
        .dataSource(new Connections(connector))
        .locations("classpath:dev/parley/storage/sqlite")
        .load()
        .migrate();
  }

  private static boolean isEmpty(Connection connection) throws SQLException {
    return number(connection, "SELECT count(*) FROM sqlite_schema") == 0;
  }

  private static int pragma(Connection connection, String name) throws SQLException {
    return number(connection, "PRAGMA " + name);
  }

  private static int number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getInt(1) : 0;
    }
  }

  /// What Flyway gets its connections from.
  private record Connections(Connector connector) implements DataSource {
    @Override
    public Connection getConnection() throws SQLException {
      return connector.plain();
    }

    @Override
    public Connection getConnection(@Nullable String user, @Nullable String password)
        throws SQLException {
      return connector.plain();
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
      return null;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) {}

    @Override
    public int getLoginTimeout() {
      return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
      throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
      throw new SQLException("wraps nothing: " + type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
      return false;
    }
  }
}
