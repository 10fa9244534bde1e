package dev.parley.cli.command;

import java.time.Duration;

/// What is still to be done if a signal, such as that of Ctrl-C, ends the process before this is
/// closed.
public final class AtSignal implements AutoCloseable {
  private static final Duration AT_MOST = Duration.ofSeconds(2);

  private final Thread hook;

  private AtSignal(Runnable deed, Duration atMost) {
    hook = new Thread(() -> perform(deed, atMost), "at-signal");
  }

  /// Has something done if a signal comes from now on, which takes no time.
  ///
  /// @param deed done on a thread of its own, while the others go on; not waited for longer than
  ///     2 s, as what it writes may never be taken
  public static AtSignal run(Runnable deed) {
    return run(AT_MOST, deed);
  }

  /// The same with something that takes its time.
  ///
  /// @param atMost how long the process waits for it
  public static AtSignal run(Duration atMost, Runnable deed) {
    AtSignal atSignal = new AtSignal(deed, atMost);
    try {
      Runtime.getRuntime().addShutdownHook(atSignal.hook);
    } catch (IllegalStateException _) {
      // a signal came before there was anything to do
    }
    return atSignal;
  }

  private static void perform(Runnable deed, Duration atMost) {
    Thread doing = Thread.ofPlatform().daemon().name("at-signal-deed").start(deed);
    try {
      var _ = doing.join(atMost);
    } catch (InterruptedException _) {
      // nobody interrupts it
    }
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
