package dev.parley.bench.gateway;

import dev.parley.bench.load.LoadException;
import dev.parley.bench.measure.Durations;
import dev.parley.bench.peer.SelfCommand;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `parley bench gateway`.
///
/// Exit codes: those of `parley bench`.
@Command(
    name = "gateway",
    description = {
      "Measure what a gateway to language models adds to the time of answers.",
      "",
      "A provider of our own, in this process, says when it wrote each piece of an answer. The same"
          + " questions are asked of it by several ways (lanes), one after the other:",
      "",
      "  direct   without a gateway, over HTTP: what the others are compared with",
      "  grpc     through Parley's StreamChat",
      "  http     through Parley's port for OpenAI's protocol",
      "  through  through another gateway with that protocol",
      "",
      "Every answer must come whole, in order and to its proper end. Afterwards clients leave, and "
          + "the provider fails: it must notice the ones, and they must be told of the other. "
          + "Anything else fails the run.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "A server that is not our own must know the provider, which needs a port then:",
      "  provider.fake.kind = compatible",
      "  provider.fake.base-url = http://127.0.0.1:20080",
      "",
      "Exit codes: 0 measured and correct; 1 a promise was broken, or no load could be made; 2"
          + " wrong usage; 3 no server answers; 130 interrupted.",
      "",
      "Examples:",
      "  parley bench gateway --spawn",
      "  parley bench gateway --spawn --streams 2000 --pace 100ms --seconds 30",
      "  parley bench gateway --spawn --model fake-replicate/bench/   # as Replicate",
      "  parley bench gateway --server 127.0.0.1:50051 --pid 12345 \\",
      "      --provider 127.0.0.1:20080",
      "  parley bench gateway --through http://127.0.0.1:4000/v1 --model '' \\",
      "      --provider 127.0.0.1:20080",
      "  parley bench gateway --spawn --through http://127.0.0.1:4000/v1 \\",
      "      --through-model '' --provider 127.0.0.1:20080 --pid 12345   # both in turn"
    })
public final class GatewayCommand implements Callable<Integer> {
  private static final int OK = 0;
  private static final int FAILED = 1;

  private final SelfCommand self;
  private final boolean terminal;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private GatewayOptions options = new GatewayOptions();

  private GatewayCommand(SelfCommand self, boolean terminal) {
    this.self = self;
    this.terminal = terminal;
  }

  /// The command.
  ///
  /// @param self a program that has `serve`
  /// @param terminal whether standard error is a terminal, so that progress is shown
  public static CommandLine commandLine(SelfCommand self, boolean terminal) {
    return new CommandLine(new GatewayCommand(self, terminal))
        .registerConverter(Duration.class, new Durations())
        .registerConverter(LaneKind.class, GatewayCommand::lane);
  }

  private static LaneKind lane(String text) {
    for (LaneKind lane : LaneKind.values()) {
      if (lane.key().equals(text.toLowerCase(Locale.ROOT))) {
        return lane;
      }
    }
    throw new TypeConversionException(
        "'%s' (expected: one of direct, grpc, http, through)".formatted(text));
  }

  @Override
  public Integer call() {
    CommandLine command = spec.commandLine();
    try {
      options.check();
      GatewayBench bench =
          new GatewayBench(options, self, command.getOut(), command.getErr(), terminal);
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
