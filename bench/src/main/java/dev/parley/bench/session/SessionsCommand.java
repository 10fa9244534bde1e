package dev.parley.bench.session;

import dev.parley.bench.load.LoadException;
import dev.parley.bench.measure.Durations;
import dev.parley.bench.peer.SelfCommand;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `parley bench sessions`.
///
/// Exit codes: those of `parley bench`.
@Command(
    name = "sessions",
    description = {
      "Measure sessions with models: many answers that stream at once, each to several watchers.",
      "",
      "The simulated model says a word in each --pace. Every piece is stored before it is shown. In"
          + " each session every watcher must be told every piece once and in order, and all of"
          + " them what the transcript holds in the end. Anything else fails the run.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Exit codes: 0 measured and correct; 1 a promise was broken, or no load could be made; 2"
          + " wrong usage; 3 no server answers; 130 interrupted.",
      "",
      "Examples:",
      "  parley bench sessions --spawn",
      "  parley bench sessions --spawn --sessions 200 --watchers 5 --durability os",
      "  parley bench sessions --server 127.0.0.1:50051 --pid 12345 --pace 50ms"
    })
public final class SessionsCommand implements Callable<Integer> {
  private static final int OK = 0;
  private static final int FAILED = 1;

  private final SelfCommand self;
  private final boolean terminal;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private SessionsOptions options = new SessionsOptions();

  private SessionsCommand(SelfCommand self, boolean terminal) {
    this.self = self;
    this.terminal = terminal;
  }

  /// The command.
  ///
  /// @param self a program that has `serve`
  /// @param terminal whether standard error is a terminal, so that progress is shown
  public static CommandLine commandLine(SelfCommand self, boolean terminal) {
    return new CommandLine(new SessionsCommand(self, terminal))
        .registerConverter(Duration.class, new Durations());
  }

  @Override
  public Integer call() {
    CommandLine command = spec.commandLine();
    try {
      options.check();
      SessionsBench bench =
          new SessionsBench(options, self, command.getOut(), command.getErr(), terminal);
      return bench.run() ? OK : FAILED;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command, String.valueOf(e.getMessage()), e);
    } catch (LoadException e) {
      command.getErr().println("parley: " + e.getMessage());
      command.getErr().flush();
      return e.exitCode();
    }
  }
}
