package dev.parley.cli.command;

/// Ends a command with a message and an exit code of [ExitCode]. Immutable.
public final class CommandFailure extends RuntimeException {
  private final int exitCode;

  private CommandFailure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /// Something failed or was refused.
  public static CommandFailure failed(String message) {
    return new CommandFailure(ExitCode.FAILED, message);
  }

  /// The server cannot be reached, or does not answer.
  public static CommandFailure noAnswer(String message) {
    return new CommandFailure(ExitCode.NO_ANSWER, message);
  }

  /// The command line is wrong in a way that only shows now.
  public static CommandFailure usage(String message) {
    return new CommandFailure(ExitCode.USAGE, message);
  }

  /// One of [ExitCode].
  public int exitCode() {
    return exitCode;
  }
}
