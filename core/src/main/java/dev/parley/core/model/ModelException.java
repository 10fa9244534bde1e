package dev.parley.core.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Why there is no answer, or no more of it. Holds no credential: messages of providers that quote
/// one are redacted by whoever makes this.
public final class ModelException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// What went wrong.
  public enum Kind {
    /// The provider does not take the request as it is.
    INVALID_REQUEST(false),
    /// The credential is missing or wrong.
    UNAUTHENTICATED(false),
    /// The credential does not allow this.
    PERMISSION_DENIED(false),
    /// There is no such model, or no such path at the provider.
    NOT_FOUND(false),
    /// More requests or tokens than the provider allows at the moment.
    RATE_LIMITED(true),
    /// The provider has too much to do.
    OVERLOADED(true),
    /// The provider failed, and said so.
    FAILED(true),
    /// No connection could be made.
    UNREACHABLE(true),
    /// Nothing came in time.
    TIMEOUT(true),
    /// The answer stopped without its proper end.
    CUT(true),
    /// What came is not what the provider's protocol allows.
    MALFORMED(false),
    /// The provider does not answer this, by its policy.
    BLOCKED(false),
    /// Whoever asked did not read it in time.
    UNREAD(false),
    /// This server, not the provider, has too much to do.
    BUSY(true);

    private final boolean transitory;

    Kind(boolean transitory) {
      this.transitory = transitory;
    }

    /// The name that callers are told. Who it is that has too much to do is nothing to them.
    public String told() {
      return this == BUSY ? OVERLOADED.name() : name();
    }

    /// Whether the same request may succeed later.
    public boolean isTransitory() {
      return transitory;
    }
  }

  private final Kind kind;
  private final @Nullable Duration retryAfter;

  /// @param message what happened and what was expected, in words
  public ModelException(Kind kind, String message) {
    this(kind, message, null, null);
  }

  /// @param message what happened and what was expected, in words
  /// @param retryAfter how long the provider wants to be left alone; null: it did not say
  /// @param cause null: none
  public ModelException(
      Kind kind, String message, @Nullable Duration retryAfter, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }

  /// What went wrong.
  public Kind kind() {
    return kind;
  }

  /// How long the provider wants to be left alone; null: it did not say.
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
