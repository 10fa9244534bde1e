package dev.parley.cli.command;

/// How a command ends. Part of the interface: scripts rely on these.
public final class ExitCode {
  /// Done; what was to be sent is acknowledged.
  public static final int OK = 0;

  /// The server refused something, a check failed, or a file cannot be read or written.
  public static final int FAILED = 1;

  /// The command line is wrong; nothing was tried.
  public static final int USAGE = 2;

  /// The server cannot be reached, or did not answer in time; whether it acted may be unknown.
  public static final int NO_ANSWER = 3;

  /// Ended by a signal such as Ctrl-C. The Java runtime itself uses it.
  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
