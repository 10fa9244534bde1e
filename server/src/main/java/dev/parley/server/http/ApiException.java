package dev.parley.server.http;

/// A request is not answered, for a reason that it is told. Thrown and caught while one request is
/// looked at.
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient ApiError error;

  ApiException(ApiError error) {
    super(error.message(), null, false, false);
    this.error = error;
  }

  ApiError error() {
    return error;
  }
}
