package dev.parley.cli.importing;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `parley import`, which needs a sub-command.
@Command(
    name = "import",
    description = "Brings messages from elsewhere in, with their authors and times.",
    synopsisSubcommandLabel = "FORMAT",
    footer = {
      "",
      "An import can be stopped and run again: every message has an id that follows from where it"
          + " stands in the input, and what is there already is not added twice.",
      "",
      "Exit codes: 0 all done, 1 nothing to import or messages refused, 3 no connection.",
      "",
      "Examples:",
      "  parley import irc --room '#ubuntu' logs/2004-12-25.txt",
      "  parley import ndjson all.ndjson"
    })
public final class ImportCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "import what? (expected: irc or ndjson)");
  }
}
