package dev.parley.cli.serve;

import dev.parley.server.config.ConfigException;
import dev.parley.server.config.Setting;
import dev.parley.server.config.Settings;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// The settings as options: one for each, named and explained as the setting itself, and `--config`
/// for the file.
final class SettingOptions {
  private static final String CONFIG = "--config";

  private SettingOptions() {}

  /// Adds the options to a command.
  static void addTo(CommandSpec command) {
    command.addOption(
        OptionSpec.builder(CONFIG)
            .paramLabel("FILE")
            .type(Path.class)
            .description("Lines of the form name = value, for any of the settings below.")
            .build());
    for (Setting setting : Setting.values()) {
      command.addOption(
          OptionSpec.builder("--" + setting.key())
              .paramLabel(setting.form())
              .type(String.class)
              .completionCandidates(choices(setting))
              .description(
                  "%s. Default: %s.".formatted(sentence(setting.meaning()), setting.defaultValue()))
              .build());
    }
  }

  private static List<String> choices(Setting setting) {
    return setting.form().contains("|") ? List.of(setting.form().split("\\|")) : List.of();
  }

  private static String sentence(String words) {
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }

  /// Gathers what was given, with the environment and the file.
  static Settings gather(ParseResult given) throws ConfigException {
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    for (Setting setting : Setting.values()) {
      String value = given.matchedOptionValue("--" + setting.key(), (String) null);
      if (value != null) {
        flags.put(setting, value);
      }
    }
    Path file = given.matchedOptionValue(CONFIG, (Path) null);
    if (file == null && System.getenv("PARLEY_CONFIG") != null) {
      file = Path.of(System.getenv("PARLEY_CONFIG"));
    }
    return Settings.gather(file, System.getenv(), flags);
  }
}
