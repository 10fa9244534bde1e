package dev.parley.cli.serve;

import dev.parley.server.DataDirectory;
import dev.parley.server.ServerException;
import picocli.CommandLine.Command;

/// `parley check`.
@Command(
    name = "check",
    description = {
      "Check a server's data completely, page by page and index by index.",
      "",
      "The server may run meanwhile. Large data takes minutes."
    },
    footer = {"", "Exit codes: 0 sound; 1 damaged, or cannot be checked; 2 wrong usage."})
public final class CheckCommand extends DataCommand {
  @Override
  String run(DataDirectory data) throws ServerException {
    data.check();
    return data.path() + " is sound";
  }
}
