package dev.parley.cli.serve;

import dev.parley.server.DataDirectory;
import dev.parley.server.ServerException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `parley backup`.
@Command(
    name = "backup",
    description = {
      "Copy a server's data into one file, while the server may run.",
      "",
      "The file is complete, checked and on disk when this exits with 0."
    },
    footer = {
      "",
      "Exit codes: 0 done; 1 failed, and no file is left behind; 2 wrong usage.",
      "",
      "Example:  parley backup --data /var/lib/parley /backups/parley-2026-01-31.db"
    })
public final class BackupCommand extends DataCommand {
  @Parameters(paramLabel = "FILE", description = "Where to; must not exist.")
  private Path file;

  @Override
  String run(DataDirectory data) throws ServerException {
    data.backUp(file);
    return "backup of %s written to %s".formatted(data.path(), file);
  }
}
