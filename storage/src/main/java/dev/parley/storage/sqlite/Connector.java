package dev.parley.storage.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/// Opens connections to one file. Immutable, thread-safe.
record Connector(Path file, Durability durability, StorageLimits limits) {
  static final int PAGE_BYTES = 4096;

  /// The connection that writes; there is only one at a time. Creates the file.
  Session writer() throws SQLException {
    SQLiteConfig config = config(limits.writerCacheBytes());
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(
        durability == Durability.FSYNC
            ? SQLiteConfig.SynchronousMode.FULL
            : SQLiteConfig.SynchronousMode.OFF);
    config.setWalAutocheckpoint(limits.logBytes() / PAGE_BYTES);
    config.setJournalSizeLimit(limits.logBytes());
    config.setMaxPageCount(
        Math.clamp(limits.maxFileBytes() / PAGE_BYTES, 1, Integer.MAX_VALUE - 1));
    // Deleted text is overwritten where that costs no additional write.
    return session(config, "PRAGMA secure_delete = FAST");
  }

  /// A connection that only reads.
  Session reader() throws SQLException {
    SQLiteConfig config = config(limits.readerCacheBytes());
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    config.setWalAutocheckpoint(0);
    return session(config, "PRAGMA query_only = ON");
  }

  /// A connection that changes nothing by being opened.
  Connection plain() throws SQLException {
    return connect(config(limits.readerCacheBytes()));
  }

  /// A connection that stays open, and commits nothing. As long as there is one, SQLite remembers
  /// how much of the log counts: a commit whose sync failed is overwritten by the next one. The
  /// first connection after the last would read it back from the log instead, as if it had been
  /// synced.
  ///
  /// @param unclean whether there is a log. If its last sync failed, it may be read back from
  ///     memory and yet not be on the disk: so it is copied into the file, durably
  Session anchor(boolean unclean) throws SQLException {
    Session anchor = writer();
    try {
      anchor.queryLong("SELECT count(*) FROM sqlite_schema");
      anchor.commit();
      if (unclean) {
        anchor.outsideTransaction("PRAGMA wal_checkpoint(TRUNCATE)");
      }
      return anchor;
    } catch (SQLException e) {
      anchor.close();
      throw e;
    }
  }

  /// The same for another file.
  Connector withFile(Path other) {
    return new Connector(other, durability, limits);
  }

  /// The same, where the file is there.
  Connection existing() throws SQLException {
    SQLiteConfig config = config(limits.readerCacheBytes());
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    return connect(config);
  }

  /// The file's epoch; a new file gets one.
  long epoch() throws SQLException {
    try (Connection connection = plain()) {
      return Epoch.of(connection);
    }
  }

  private SQLiteConfig config(int cacheBytes) {
    SQLiteConfig config = new SQLiteConfig();
    config.setOpenMode(SQLiteOpenMode.NOMUTEX);
    config.setBusyTimeout((int) limits.busyWait().toMillis());
    config.setCacheSize(-(cacheBytes / 1024));
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    config.setGetGeneratedKeys(false);
    return config;
  }

  private Session session(SQLiteConfig config, String pragma) throws SQLException {
    Connection connection = connect(config);
    try (Statement statement = connection.createStatement()) {
      statement.execute(pragma);
      connection.setAutoCommit(false);
      return new Session(connection);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /// As a URI, because the driver takes a question mark in a path for the start of options.
  private Connection connect(SQLiteConfig config) throws SQLException {
    NativeLibrary.load();
    return config.createConnection("jdbc:sqlite:" + file.toUri());
  }
}
