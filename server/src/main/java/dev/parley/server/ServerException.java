package dev.parley.server;

/// What an operator asked for cannot be done. The message says what is wrong, with what, and what
/// to do.
public final class ServerException extends Exception {
  private static final long serialVersionUID = 1L;

  ServerException(String message) {
    super(message);
  }

  ServerException(Exception cause) {
    super(cause.getMessage(), cause);
  }

  ServerException(String message, Throwable cause) {
    super(message, cause);
  }
}
