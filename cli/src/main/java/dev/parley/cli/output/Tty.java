package dev.parley.cli.output;

import java.io.IOException;
import java.util.Map;
import org.jline.terminal.Terminal;
import org.jline.terminal.spi.SystemStream;
import org.jline.terminal.spi.TerminalProvider;

/// Which of the process's streams are terminals. Decided once.
///
/// @param input whether a person types
/// @param output whether a person reads standard output
/// @param error whether a person reads standard error
/// @param colours whether to use colours on standard output: only for people, not for those who
///     asked for none (<https://no-color.org>), and not on a terminal that has none
public record Tty(boolean input, boolean output, boolean error, boolean colours) {
  /// No terminal at all, as for a program that calls this one.
  public static final Tty NONE = new Tty(false, false, false, false);

  /// As it is for this process.
  public static Tty detect() {
    boolean output = isTerminal(SystemStream.Output);
    return new Tty(
        isTerminal(SystemStream.Input),
        output,
        isTerminal(SystemStream.Error),
        output && wantsColours(System.getenv()));
  }

  static boolean wantsColours(Map<String, String> environment) {
    return environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !environment.getOrDefault("TERM", "").startsWith(Terminal.TYPE_DUMB);
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
