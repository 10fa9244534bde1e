package dev.parley.cli.serve;

import dev.parley.cli.command.ExitCode;
import dev.parley.server.config.ConfigException;
import dev.parley.server.config.ProviderValue;
import dev.parley.server.config.ServerConfig;
import dev.parley.server.config.Setting;
import dev.parley.server.config.Settings;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `parley config`: what a server started now, in this place, would be configured with.
@Command(
    name = "config",
    description = {
      "Show the server's settings, its providers of models and its assistants, and where each value"
          + " comes from.",
      "",
      "Takes the same options as parley serve. The output is itself a configuration file.",
      ""
    },
    sortOptions = false,
    footer = {"", "Exit codes: 0 all values can be used; 2 one cannot."})
public final class ConfigCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  private ConfigCommand() {}

  /// The command with an option for each setting.
  public static CommandLine commandLine() {
    CommandLine command = new CommandLine(new ConfigCommand());
    SettingOptions.addTo(command.getCommandSpec());
    return command;
  }

  @Override
  public Integer call() throws ConfigException {
    PrintWriter out = spec.commandLine().getOut();
    Settings settings = SettingOptions.gather(spec.commandLine().getParseResult());
    ServerConfig.of(settings); // what cannot be used is not shown
    for (Setting setting : Setting.values()) {
      Settings.Value value = settings.get(setting);
      out.printf("# %s (%s); from: %s%n", setting.meaning(), setting.form(), value.origin());
      out.printf("%s = %s%n", setting.key(), value.text());
    }
    for (ProviderValue value : settings.providerValues()) {
      if (value.text() == null) {
        out.printf("# %s is set, and not shown; from: %s%n", value.key(), value.origin());
      } else {
        out.printf("# from: %s%n%s = %s%n", value.origin(), value.key(), value.text());
      }
    }
    out.flush();
    return ExitCode.OK;
  }
}
