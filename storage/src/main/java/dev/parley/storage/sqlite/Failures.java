package dev.parley.storage.sqlite;

import dev.parley.core.topic.JournalException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// What SQLite's result codes mean for the operator. The one place that interprets them.
final class Failures {
  private Failures() {}

  static JournalException journal(SQLException e, Path file) {
    if (primary(e) == SQLiteErrorCode.SQLITE_CONSTRAINT) {
      return new JournalException(
          JournalException.Cause.BROKEN,
          "%s: a commit contradicts what is stored: report it as a bug of Parley's (%s)"
              .formatted(file, e.getMessage()),
          e);
    }
    StorageOpenException.Kind kind = kind(e);
    JournalException.Cause cause =
        switch (kind) {
          case FULL -> JournalException.Cause.FULL;
          case READ_ONLY -> JournalException.Cause.READ_ONLY;
          case CORRUPT -> JournalException.Cause.CORRUPT;
          case LOCKED, NEWER, BROKEN -> JournalException.Cause.BROKEN;
        };
    return new JournalException(cause, message(kind, file, e), e);
  }

  static StorageOpenException opening(Throwable e, Path file) {
    SQLException sql = sqlException(e);
    if (sql != null) {
      return new StorageOpenException(kind(sql), message(kind(sql), file, sql), e);
    }
    StorageOpenException.Kind kind =
        e instanceof IOException io ? kind(io) : StorageOpenException.Kind.BROKEN;
    return new StorageOpenException(kind, message(kind, file, e), e);
  }

  private static StorageOpenException.Kind kind(IOException e) {
    String text = String.valueOf(e.getMessage());
    if (e instanceof AccessDeniedException || text.contains("Read-only file system")) {
      return StorageOpenException.Kind.READ_ONLY;
    }
    // Java has no type for it; these are the words of the C library.
    return text.contains("No space left") || text.contains("quota exceeded")
        ? StorageOpenException.Kind.FULL
        : StorageOpenException.Kind.BROKEN;
  }

  private static @Nullable SQLException sqlException(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }

  private static StorageOpenException.Kind kind(SQLException e) {
    if (e instanceof SQLiteException sqlite
        && sqlite.getResultCode() == SQLiteErrorCode.SQLITE_IOERR_SHMSIZE) {
      // the file that is mapped into memory cannot grow, which is how a full disk shows there
      return StorageOpenException.Kind.FULL;
    }
    return switch (primary(e)) {
      case SQLITE_FULL -> StorageOpenException.Kind.FULL;
      case SQLITE_READONLY, SQLITE_PERM -> StorageOpenException.Kind.READ_ONLY;
      case SQLITE_CORRUPT, SQLITE_NOTADB -> StorageOpenException.Kind.CORRUPT;
      case SQLITE_BUSY, SQLITE_LOCKED -> StorageOpenException.Kind.LOCKED;
      default -> StorageOpenException.Kind.BROKEN;
    };
  }

  /// The code without what the extended one adds.
  private static SQLiteErrorCode primary(SQLException e) {
    return e instanceof SQLiteException sqlite
        ? SQLiteErrorCode.getErrorCode(sqlite.getResultCode().code & 0xff)
        : SQLiteErrorCode.UNKNOWN_ERROR;
  }

  static String message(StorageOpenException.Kind kind, Path file, Throwable e) {
    String advice =
        switch (kind) {
          case FULL -> "no space left for %s: make room, or raise the quota";
          case READ_ONLY ->
              "%s cannot be written: check its owner and mode, and that the file system is mounted"
                  + " read-write";
          case CORRUPT ->
              "%s is damaged or no Parley database: stop the server, keep a copy of the directory,"
                  + " and restore a backup";
          case LOCKED -> "%s is locked by another program: end it";
          case NEWER -> "%s was written by a newer version of Parley: run that version";
          case BROKEN -> "%s cannot be used: see the cause, and check the disk";
        };
    return advice.formatted(file) + " (" + e.getMessage() + ")";
  }
}
