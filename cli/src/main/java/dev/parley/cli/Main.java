package dev.parley.cli;

import dev.parley.bench.BenchCommand;
import dev.parley.cli.chat.ChatCommand;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.Failures;
import dev.parley.cli.command.Given;
import dev.parley.cli.command.Nearest;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.cli.exporting.ExportCommand;
import dev.parley.cli.importing.ImportCommand;
import dev.parley.cli.importing.ImportIrcCommand;
import dev.parley.cli.importing.ImportNdjsonCommand;
import dev.parley.cli.model.AskCommand;
import dev.parley.cli.model.ModelsCommand;
import dev.parley.cli.output.PlainText;
import dev.parley.cli.output.StandardOutput;
import dev.parley.cli.output.Tty;
import dev.parley.cli.replay.ReplayCommand;
import dev.parley.cli.script.HistoryCommand;
import dev.parley.cli.script.RoomsCommand;
import dev.parley.cli.script.SearchCommand;
import dev.parley.cli.script.SendCommand;
import dev.parley.cli.script.TailCommand;
import dev.parley.cli.script.UsersCommand;
import dev.parley.cli.serve.BackupCommand;
import dev.parley.cli.serve.CheckCommand;
import dev.parley.cli.serve.ConfigCommand;
import dev.parley.cli.serve.RestoreCommand;
import dev.parley.cli.serve.SelfTestCommand;
import dev.parley.cli.serve.ServeCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// The `parley` command. Without a sub-command it prints its usage.
///
/// Data goes to standard output, talk to standard error, both as UTF-8. Exit codes: [ExitCode].
@Command(
    name = "parley",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "A self-hosted real-time conversation server, its client and its tools.",
    commandListHeading = "",
    footer = {
      "",
      "Examples:",
      "  parley chat                         talk in the room general",
      "  parley chat -u ann general random   as ann, in two rooms",
      "  parley chat --ai                    talk with a model",
      "  parley send ops 'deploy is done'    exits 0 once it is on the server's disk",
      "  parley tail ops --json              follow a room from a program",
      "  parley import irc --room '#ubuntu' logs/",
      "  parley export > all.ndjson          and back: parley import ndjson FILE",
      "",
      "Commands that talk to a server take --server HOST:PORT ($$PARLEY_SERVER, else",
      "127.0.0.1:50051) and --user NAME ($$PARLEY_USER, else your name here).",
      "",
      "Exit codes: 0 done; 1 failed or refused; 2 wrong usage; 3 no connection, or no",
      "answer in time; 130 interrupted. Data goes to standard output, talk to standard",
      "error. Colours only on a terminal, and not where NO_COLOR is set.",
      "",
      "parley COMMAND --help tells more."
    })
public final class Main implements Runnable {
  private static final String EXIT_CODES =
      "Exit codes: 0 done; 1 failed or refused; 2 wrong usage; 3 no connection, or no answer.";

  private static final OptionSpec HELP_OPTION =
      OptionSpec.builder("-h", "--help")
          .usageHelp(true)
          .description("Show this help and exit.")
          .build();

  @Spec private CommandSpec spec = CommandSpec.create();

  private Main() {}

  /// Runs the command and ends the process with its exit code.
  public static void main(String[] args) {
    Streams streams =
        new Streams(
            System.in,
            new StandardOutput(),
            new PrintWriter(
                new FileOutputStream(FileDescriptor.err), false, StandardCharsets.UTF_8),
            Tty.detect());
    Given.strayVariables(System.getenv())
        .forEach(stray -> streams.err().println("parley: " + stray));
    streams.err().flush();
    HeapRoom.keepIfWanted();
    int exitCode = run(streams, args);
    streams.err().flush();
    System.exit(exitCode);
  }

  @Override
  public void run() {
    CommandLine command = spec.commandLine();
    command.usage(command.getOut());
  }

  static int run(Streams streams, String... args) {
    int exitCode = commandLine(streams).execute(args);
    if (!streams.out().checkError()) {
      return exitCode;
    }
    if (!(streams.out() instanceof StandardOutput output && output.readerIsGone())) {
      streams.err().println("parley: standard output cannot be written (is the disk full?)");
    }
    return exitCode == ExitCode.OK ? ExitCode.FAILED : exitCode;
  }

  /// The command with all of its sub-commands.
  static CommandLine commandLine(Streams streams) {
    CommandLine commands =
        new CommandLine(new Main())
            .addSubcommand(new ChatCommand(streams))
            .addSubcommand(new SendCommand(streams))
            .addSubcommand(new TailCommand(streams))
            .addSubcommand(new HistoryCommand(streams))
            .addSubcommand(new SearchCommand(streams))
            .addSubcommand(new RoomsCommand(streams))
            .addSubcommand(new UsersCommand(streams))
            .addSubcommand(new AskCommand(streams, System.getenv()))
            .addSubcommand(new ModelsCommand(streams))
            .addSubcommand(
                new CommandLine(new ImportCommand())
                    .addSubcommand(new ImportIrcCommand(streams))
                    .addSubcommand(new ImportNdjsonCommand(streams)))
            .addSubcommand(new ExportCommand(streams))
            .addSubcommand(new ReplayCommand(streams))
            .addSubcommand(ServeCommand.commandLine(Version.release()))
            .addSubcommand(ConfigCommand.commandLine())
            .addSubcommand(new CheckCommand())
            .addSubcommand(new BackupCommand())
            .addSubcommand(new RestoreCommand())
            .addSubcommand(BenchCommand.commandLine(Main.class.getName(), streams.tty().error()))
            .addSubcommand(new SelfTestCommand(streams, Version.release()))
            .addSubcommand(new CompletionCommand(streams));
    commands.addSubcommand(new HelpCommand());
    addHelp(commands);
    joinParagraphs(commands);
    Values.install(commands);
    CommandGroups.install(commands);
    return commands
        .setOut(streams.out())
        .setErr(streams.err())
        .setUsageHelpAutoWidth(true)
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(
                streams.tty().colours() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF))
        .setParameterExceptionHandler(Main::explain)
        .setExecutionExceptionHandler((failure, command, _) -> explain(failure, command));
  }

  private static void addHelp(CommandLine commands) {
    for (CommandLine command : commands.getSubcommands().values()) {
      CommandSpec spec = command.getCommandSpec().addOption(HELP_OPTION);
      UsageMessageSpec usage = spec.usageMessage();
      String footer = String.join("\n", usage.footer());
      if (spec.findOption("--server") != null && !footer.contains("Exit codes:")) {
        usage.footer((footer + "\n\n" + EXIT_CODES).split("\n"));
      }
      addHelp(command);
    }
  }

  private static void joinParagraphs(CommandLine command) {
    UsageMessageSpec usage = command.getCommandSpec().usageMessage();
    usage.description(Paragraphs.join(usage.description()));
    usage.footer(Paragraphs.join(usage.footer()));
    command.getSubcommands().values().forEach(Main::joinParagraphs);
  }

  private static int explain(ParameterException wrong, String... args) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    String unknown = unknownCommand(wrong);
    if (unknown != null) {
      err.println("parley: " + unknown);
      err.flush();
      return ExitCode.USAGE;
    }
    String stray = strayOption(wrong, args);
    if (stray != null) {
      err.println("parley: unknown option \"" + PlainText.line(stray) + "\"");
      err.println("        If it is no option, put -- and a space before it.");
    } else {
      err.println("parley: " + wrong.getMessage());
    }
    if (!UnmatchedArgumentException.printSuggestions(wrong, err)) {
      err.println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
    }
    err.flush();
    return ExitCode.USAGE;
  }

  // What looks like an option and is none, be it that something else seems to be missing for it;
  // without its value, which may be a secret. Null: none.
  private static @Nullable String strayOption(ParameterException wrong, String... args) {
    if (!(wrong instanceof MissingParameterException)
        && !(wrong instanceof UnmatchedArgumentException)) {
      return null;
    }
    Set<String> known = wrong.getCommandLine().getCommandSpec().optionsMap().keySet();
    return Stream.of(args)
        .takeWhile(arg -> !arg.equals("--"))
        .filter(arg -> arg.startsWith("-") && arg.length() > 1)
        .map(arg -> arg.startsWith("--") ? arg.split("[=:]", 2)[0] : arg)
        .filter(arg -> !known.contains(arg))
        .filter(arg -> arg.startsWith("--") || !known.contains(arg.substring(0, 2)))
        .findFirst()
        .orElse(null);
  }

  // Null: something else is wrong.
  private static @Nullable String unknownCommand(ParameterException wrong) {
    CommandLine command = wrong.getCommandLine();
    if (!(wrong instanceof UnmatchedArgumentException unmatched)
        || command.getSubcommands().isEmpty()) {
      return null;
    }
    String typed = unmatched.getUnmatched().getFirst();
    if (typed.startsWith("-")) {
      return null;
    }
    String name = command.getCommandSpec().qualifiedName();
    String like = Nearest.to(typed, command.getSubcommands().keySet());
    return "there is no command \"%s %s\"%n        %s"
        .formatted(
            name,
            PlainText.line(typed),
            like == null ? "Try: " + name + " --help" : "Did you mean: " + name + " " + like + "?");
  }

  private static int explain(Exception failure, CommandLine command) {
    PrintWriter err = command.getErr();
    command.getOut().flush();
    if (Failures.isExpected(failure)) {
      ServerOptions server = ServerOptions.of(command);
      String tried = server == null ? null : server.tried();
      String words = tried == null ? Failures.words(failure) : Failures.words(failure, tried);
      String[] lines = words.split("\n", -1);
      err.println("parley: " + lines[0]);
      for (int i = 1; i < lines.length; i++) {
        err.println("        " + lines[i]);
      }
    } else {
      err.println("parley: this is a defect of parley; please report it with what follows");
      failure.printStackTrace(err);
    }
    err.flush();
    return Failures.exitCode(failure);
  }
}
