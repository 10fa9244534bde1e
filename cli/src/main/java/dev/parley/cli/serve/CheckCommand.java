package dev.parley.cli.serve;

import dev.parley.storage.sqlite.SqliteStore;
import dev.parley.storage.sqlite.StorageOpenException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;

/// `parley check`.
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Check a server's data completely, page by page and index by index.",
      "",
      "The server may run meanwhile. Large data takes minutes."
    },
    footer = {"", "Exit codes: 0 sound; 1 damaged, or cannot be checked; 2 wrong usage."})
public final class CheckCommand extends DataCommand {
  @Override
  String run(Path directory) throws StorageOpenException, DamagedException {
    List<String> damages = SqliteStore.check(directory);
    if (!damages.isEmpty()) {
      throw new DamagedException(directory, damages);
    }
    return directory + " is sound";
  }
}
