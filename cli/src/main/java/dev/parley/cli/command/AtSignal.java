package dev.parley.cli.command;

/// What is still to be done if a signal, such as that of Ctrl-C, ends the process before this is
/// closed.
public final class AtSignal implements AutoCloseable {
  private final Thread hook;

  private AtSignal(Runnable deed) {
    hook = new Thread(deed, "at-signal");
  }

  /// Has something done if a signal comes from now on.
  ///
  /// @param deed done on a thread of its own, while the others go on
  public static AtSignal run(Runnable deed) {
    AtSignal atSignal = new AtSignal(deed);
    Runtime.getRuntime().addShutdownHook(atSignal.hook);
    return atSignal;
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // a signal came, and it is being done
    }
  }
}
