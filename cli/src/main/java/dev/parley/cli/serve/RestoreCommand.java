package dev.parley.cli.serve;

import dev.parley.server.DataDirectory;
import dev.parley.server.ServerException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `parley restore`.
@Command(
    name = "restore",
    description = {
      "Make a backup the data of a server, which must not be running.",
      "",
      "Clients notice: the data gets a new epoch, and they read their rooms anew."
    },
    footer = {"", "Exit codes: 0 done; 1 failed, and nothing is changed; 2 wrong usage."})
public final class RestoreCommand extends DataCommand {
  @Parameters(paramLabel = "FILE", description = "A file written by parley backup.")
  private Path file;

  @Option(names = "--replace", description = "Give up the data that is in the directory now.")
  private boolean replace;

  @Override
  String run(DataDirectory data) throws ServerException {
    data.restore(file, replace);
    return "%s restored into %s".formatted(file, data.path());
  }
}
