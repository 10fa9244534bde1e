package dev.parley.storage.sqlite;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One connection with the statements that were prepared on it. Not thread-safe.
///
/// A transaction begins with the first statement and lasts until [#commit] or [#rollback].
final class Session implements AutoCloseable {
  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();
  private @Nullable Session memory;

  /// @param connection not in auto-commit mode, in which the driver adds a statement to each one
  Session(Connection connection) {
    this.connection = connection;
  }

  /// The statement for a constant SQL text, to be used and done with before it is asked for again.
  PreparedStatement prepare(String sql) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    return statement;
  }

  /// A session of its own in memory, which lives as long as this one.
  ///
  /// @param schema what is in it, to begin with
  Session memory(String schema) throws SQLException {
    Session made = memory;
    if (made == null) {
      made = new Session(DriverManager.getConnection("jdbc:sqlite::memory:"));
      memory = made;
      made.connection.setAutoCommit(false);
      made.prepare(schema).executeUpdate();
    }
    return made;
  }

  void commit() throws SQLException {
    connection.commit();
  }

  void rollback() throws SQLException {
    connection.rollback();
  }

  /// Takes back what was begun, after a failure that may have left it in any state: SQLite may have
  /// taken it back by itself, and statements be in the midst of what they did.
  void recover() throws SQLException {
    for (PreparedStatement statement : statements.values()) {
      statement.close();
    }
    statements.clear();
    try {
      connection.rollback();
    } catch (SQLException e) {
      // there was nothing to take back: so the driver did not begin the next transaction either
      endAutoCommit();
    }
  }

  private void endAutoCommit() throws SQLException {
    try {
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      // it tried to commit what there is not
    }
    connection.setAutoCommit(false);
  }

  /// First column of the first row of a query without parameters.
  long queryLong(String sql) throws SQLException {
    try (ResultSet rows = prepare(sql).executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /// The same of a query for text.
  String queryText(String sql) throws SQLException {
    try (ResultSet rows = prepare(sql).executeQuery()) {
      rows.next();
      return rows.getString(1);
    }
  }

  /// Runs a statement outside any transaction, as pragmas want it.
  void outsideTransaction(String sql) throws SQLException {
    connection.commit();
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } finally {
      connection.setAutoCommit(false);
    }
  }

  @Override
  public void close() throws SQLException {
    if (memory != null) {
      memory.close();
    }
    connection.close();
  }
}
