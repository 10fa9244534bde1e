package dev.parley.cli.serve;

import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ExitCode;
import dev.parley.server.DataDirectory;
import dev.parley.server.ServerException;
import dev.parley.server.config.Setting;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What works on a data directory without a server's help.
abstract class DataCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The server's data directory. Default: $$PARLEY_DATA, else parley-data.")
  private @Nullable Path data;

  @Override
  public final Integer call() throws ServerException {
    String done = run(new DataDirectory(directory()));
    spec.commandLine().getErr().println(done);
    return ExitCode.OK;
  }

  private Path directory() {
    if (data != null && data.toString().isBlank()) {
      throw CommandFailure.usage("--data is empty (expected: a directory; . is this one)");
    }
    if (data != null) {
      return data.toAbsolutePath().normalize();
    }
    String variable = System.getenv(Setting.DATA.variable());
    return Path.of(variable == null || variable.isBlank() ? Setting.DATA.defaultValue() : variable)
        .toAbsolutePath()
        .normalize();
  }

  /// Does it, and says in words what was done.
  abstract String run(DataDirectory data) throws ServerException;
}
