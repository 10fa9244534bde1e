package dev.parley.bench.load;

/// The load cannot be made, or not ended: says why, for people.
public final class LoadException extends RuntimeException {
  public LoadException(String message) {
    super(message);
  }
}
