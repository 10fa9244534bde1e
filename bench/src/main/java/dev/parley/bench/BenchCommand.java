package dev.parley.bench;

import dev.parley.bench.gateway.GatewayCommand;
import dev.parley.bench.load.LoadException;
import dev.parley.bench.load.Protocol;
import dev.parley.bench.load.Workload;
import dev.parley.bench.measure.Durations;
import dev.parley.bench.peer.SelfCommand;
import dev.parley.bench.session.SessionsCommand;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `parley bench`.
///
/// Exit codes: 0 measured, and nothing was wrong; 1 a promise was broken, or the load could not be
/// made; 2 wrong usage; 3 no server answers.
@Command(
    name = "bench",
    description = {
      "Measure a server under load, and check that it keeps its promises.",
      "",
      "Workloads:",
      "  fanout        messages to everybody in rooms",
      "  ingest        durable sends: many senders, few readers",
      "  idle          connections that only listen",
      "  churn         connections that break and resume, a few at a time",
      "  resume-storm  half of a big room comes back at once",
      "  slow          some readers stall or trickle; in the end they read everything",
      "  mixed         rooms of all sizes, typing, receipts, people who come and go",
      "",
      "And, as commands with options of their own (see --help of each):",
      "  gateway       what a gateway to language models adds",
      "  sessions      answers of models that stream at once, each to several",
      "",
      "In every run each subscriber must get every message once, in one order. A violation fails "
          + "the run.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Ctrl-C ends the measuring; what was measured until then is printed.",
      "",
      "Exit codes: 0 measured and correct; 1 a promise was broken, or no load could be made; 2"
          + " wrong usage; 3 no server answers; 130 interrupted.",
      "",
      "Examples:",
      "  parley bench fanout --spawn --with-limit",
      "  parley bench ingest --spawn --durability fsync --in-flight 32",
      "  parley bench idle --spawn --connections 5000",
      "  parley bench mixed --server 127.0.0.1:50051 --pid 12345"
    })
public final class BenchCommand implements Callable<Integer> {
  private static final int OK = 0;
  private static final int FAILED = 1;

  // It would tell in pages what the result tells in a line. Held, since loggers are forgotten.
  private static final Logger NETWORK = Logger.getLogger("io.grpc");

  private final SelfCommand self;
  private final boolean terminal;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private BenchOptions options = new BenchOptions();

  static {
    NETWORK.setLevel(Level.OFF);
  }

  private BenchCommand(String mainClass, boolean terminal) {
    self = new SelfCommand(mainClass);
    this.terminal = terminal;
  }

  /// The command.
  ///
  /// @param mainClass what a child process runs: a program that has `bench` and `serve`
  /// @param terminal whether standard error is a terminal, so that progress is shown
  public static CommandLine commandLine(String mainClass, boolean terminal) {
    return new CommandLine(new BenchCommand(mainClass, terminal))
        .registerConverter(Workload.class, named(Workload.values()))
        .registerConverter(Protocol.class, named(Protocol.values()))
        .registerConverter(Duration.class, new Durations())
        .addSubcommand(GatewayCommand.commandLine(new SelfCommand(mainClass), terminal))
        .addSubcommand(SessionsCommand.commandLine(new SelfCommand(mainClass), terminal));
  }

  private static <E extends Enum<E>> ITypeConverter<E> named(E[] values) {
    return text -> {
      for (E value : values) {
        if (value.toString().equals(text.toLowerCase(Locale.ROOT))) {
          return value;
        }
      }
      throw new TypeConversionException(
          "'%s' (expected: one of %s)"
              .formatted(text, String.join(", ", Arrays.stream(values).map(E::toString).toList())));
    };
  }

  @Override
  public Integer call() {
    CommandLine command = spec.commandLine();
    try {
      Bench bench = new Bench(options, self, command.getOut(), command.getErr(), terminal);
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
