package dev.parley.storage.sqlite;

import java.io.File;
import java.sql.SQLException;

/// Keeps the write-ahead log from growing without bound.
///
/// SQLite copies it into the file by itself whenever a commit finds it long enough, but can begin
/// it anew only in a moment when nobody reads from it. Under steady reading that moment may not
/// come: past a multiple of its size the writer waits for one, briefly. Owned by the writer's
/// thread.
final class WriteAheadLog {
  private static final int LONG = 4;
  private static final int WAIT_MILLIS = 200;

  private final File file;
  private final long step;
  private final long busyMillis;
  private long cutAtBytes;

  WriteAheadLog(Connector connector) {
    file = new File(connector.file() + "-wal");
    step = (long) LONG * connector.limits().logBytes();
    busyMillis = connector.limits().busyWait().toMillis();
    cutAtBytes = step;
  }

  /// Call after a commit. A reader that stays (a backup) puts the next attempt off until the log
  /// has grown by the same amount again.
  void cutIfLong(Session session) throws SQLException {
    long length = file.length();
    if (length >= cutAtBytes) {
      session.outsideTransaction("PRAGMA busy_timeout = " + WAIT_MILLIS);
      session.outsideTransaction("PRAGMA wal_checkpoint(TRUNCATE)");
      session.outsideTransaction("PRAGMA busy_timeout = " + busyMillis);
      cutAtBytes = file.length() + step;
    } else if (length + step < cutAtBytes) {
      cutAtBytes = length + step;
    }
  }
}
