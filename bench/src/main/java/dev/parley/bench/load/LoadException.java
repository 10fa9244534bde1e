package dev.parley.bench.load;

/// The load cannot be made, or not ended: says why, for people.
public final class LoadException extends RuntimeException {
  private static final int FAILED = 1;
  private static final int NO_ANSWER = 3;

  private final int exitCode;

  public LoadException(String message) {
    this(FAILED, message);
  }

  private LoadException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /// Nobody answers where the server should be.
  public static LoadException noAnswer(String message) {
    return new LoadException(NO_ANSWER, message);
  }

  /// What the command ends with.
  public int exitCode() {
    return exitCode;
  }
}
