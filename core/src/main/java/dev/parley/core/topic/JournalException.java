package dev.parley.core.topic;

import org.jspecify.annotations.Nullable;

/// The journal could not do what it was asked; nothing of it happened. The message says what is
/// wrong and what the operator can do.
public final class JournalException extends Exception {
  private static final long serialVersionUID = 1L;

  /// What is wrong.
  public enum Cause {
    /// No space left, or a quota reached. Works again when there is room.
    FULL,
    /// The file or its file system cannot be written.
    READ_ONLY,
    /// The stored data is damaged.
    CORRUPT,
    /// Someone else extended a journal first: `expectedLast` is not its end.
    CONFLICT,
    /// Any other failure of the storage.
    BROKEN
  }

  private final Cause kind;

  public JournalException(Cause kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /// What is wrong.
  public Cause kind() {
    return kind;
  }
}
