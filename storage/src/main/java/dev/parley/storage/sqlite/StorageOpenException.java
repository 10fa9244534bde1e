package dev.parley.storage.sqlite;

import org.jspecify.annotations.Nullable;

/// The store cannot be opened, backed up or restored. The message says what is wrong, with which
/// file, and what to do.
public final class StorageOpenException extends Exception {
  private static final long serialVersionUID = 1L;

  /// What is wrong.
  public enum Kind {
    /// Another process, or this one, has the directory open.
    LOCKED,
    /// A newer version of Parley wrote it.
    NEWER,
    /// It is damaged, or no database at all.
    CORRUPT,
    /// Directory or file cannot be written.
    READ_ONLY,
    /// No space left.
    FULL,
    /// Anything else.
    BROKEN
  }

  private final Kind kind;

  StorageOpenException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /// What is wrong.
  public Kind kind() {
    return kind;
  }
}
