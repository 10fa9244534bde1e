package dev.parley.cli.output;

import java.io.IOException;
import org.jline.terminal.Terminal;
import org.jline.terminal.spi.SystemStream;
import org.jline.terminal.spi.TerminalProvider;

/// Which of the process's streams are terminals. Decided once.
///
/// @param input whether a person types
/// @param output whether a person reads standard output
/// @param error whether a person reads standard error
public record Tty(boolean input, boolean output, boolean error) {
  /// No terminal at all, as for a program that calls this one.
  public static final Tty NONE = new Tty(false, false, false);

  /// As it is for this process.
  public static Tty detect() {
    return new Tty(
        isTerminal(SystemStream.Input),
        isTerminal(SystemStream.Output),
        isTerminal(SystemStream.Error));
  }

  /// Whether to use colours on standard output: only for people, not for those who asked for none
  /// (<https://no-color.org>), and not on a terminal that has none.
  public boolean colours() {
    String noColour = System.getenv("NO_COLOR");
    boolean dumb = String.valueOf(System.getenv("TERM")).startsWith(Terminal.TYPE_DUMB);
    return output && !dumb && (noColour == null || noColour.isEmpty());
  }

  private static boolean isTerminal(SystemStream stream) {
    for (String name : new String[] {"ffm", "exec"}) {
      try {
        return TerminalProvider.load(name).isSystemStream(stream);
      } catch (IOException | LinkageError | RuntimeException _) {
        // This way of asking does not work on this machine; try the next.
      }
    }
    return false;
  }
}
