package dev.parley.cli;

import dev.parley.cli.serve.BackupCommand;
import dev.parley.cli.serve.CheckCommand;
import dev.parley.cli.serve.ConfigCommand;
import dev.parley.cli.serve.RestoreCommand;
import dev.parley.cli.serve.ServeCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The `parley` command. Without a sub-command it prints its usage.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage.
@Command(
    name = "parley",
    description = "A self-hosted real-time conversation server, its client and its tools.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = HelpCommand.class)
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  /// Runs the command and ends the process with its exit code.
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .addSubcommand(ServeCommand.commandLine(Version.release()))
        .addSubcommand(ConfigCommand.commandLine())
        .addSubcommand(new BackupCommand())
        .addSubcommand(new RestoreCommand())
        .addSubcommand(new CheckCommand());
  }

  @Override
  public void run() {
    CommandLine command = spec.commandLine();
    command.usage(command.getOut());
  }
}
