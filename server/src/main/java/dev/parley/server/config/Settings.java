package dev.parley.server.config;

import dev.parley.models.ByModel;
import dev.parley.models.Prices;
import dev.parley.models.ProviderSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The effective value of every setting, and where it came from. Immutable.
public final class Settings {
  /// What lines begin with that belong together, and only a file can hold.
  static final List<String> FAMILIES =
      List.of(ProviderLines.PREFIX, AssistantLines.PREFIX, PriceLines.PREFIX, ContextLines.PREFIX);

  private static final List<String> SETTINGS =
      Arrays.stream(Setting.values()).map(Setting::key).toList();

  private final Map<Setting, Value> values;
  private final @Nullable Path file;

  /// Numbers of the file's lines, without those that do not hold, by name.
  private final Map<String, Integer> numbers;

  /// A value as it was written.
  ///
  /// @param text the value
  /// @param origin where it came from, in words
  public record Value(String text, String origin) {}

  private final List<ProviderSettings> providers;
  private final Set<String> providerNames;
  private final List<ProviderValue> providerValues;

  private final Prices prices;
  private final List<AssistantSettings> assistants;
  private final ByModel<Integer> contextTokens;

  /// @param lines of the file, by name
  private Settings(
      Map<Setting, Value> values,
      @Nullable Path file,
      Map<String, Integer> numbers,
      Map<String, String> lines,
      Map<String, String> environment,
      ConfigErrors errors) {
    this.values = new EnumMap<>(values);
    this.file = file;
    this.numbers = Map.copyOf(numbers);
    Map<String, String> ofProviders = family(ProviderLines.PREFIX, lines);
    Map<String, String> ofPrices = family(PriceLines.PREFIX, lines);
    Map<String, String> ofAssistants = family(AssistantLines.PREFIX, lines);
    Map<String, String> ofContexts = family(ContextLines.PREFIX, lines);
    providers = List.copyOf(ProviderLines.parse(ofProviders, environment, errors));
    // One that is wrong is told once, and not again wherever it is named.
    Set<String> names = NamedLines.names(ofProviders);
    providers.forEach(provider -> names.add(provider.name()));
    providerNames = names;
    prices = PriceLines.parse(ofPrices, names, errors);
    contextTokens = ContextLines.parse(ofContexts, names, errors);
    assistants = List.copyOf(AssistantLines.parse(ofAssistants, names, errors));
    String origin = origin(file);
    List<ProviderValue> shown =
        new ArrayList<>(ProviderValue.of(providers, ofProviders, origin, environment));
    shown.addAll(shown(PriceLines.PREFIX, ofPrices, origin));
    shown.addAll(shown(ContextLines.PREFIX, ofContexts, origin));
    shown.addAll(AssistantLines.values(assistants, ofAssistants, origin));
    providerValues = List.copyOf(shown);
  }

  /// Gathers the settings: defaults, then the file, then the environment, then flags. A variable
  /// that is empty counts as none, as shells have it.
  ///
  /// @param file configuration file; null: none
  /// @param environment the process's environment
  /// @param flags what was given on the command line
  /// @throws ConfigException if the file cannot be read, or says what cannot be used; then also of
  ///     whatever else cannot be used
  public static Settings gather(
      @Nullable Path file, Map<String, String> environment, Map<Setting, String> flags)
      throws ConfigException {
    List<ConfigFile.Line> written = file == null ? List.of() : ConfigFile.read(file);
    Map<String, String> lines = new HashMap<>();
    Map<String, Integer> numbers = new HashMap<>();
    for (ConfigFile.Line line : written) {
      lines.putIfAbsent(line.name(), line.text());
      numbers.putIfAbsent(line.name(), line.number());
    }
    Map<Setting, Value> values = new EnumMap<>(Setting.class);
    for (Setting setting : Setting.values()) {
      Value value = value(setting, lines.get(setting.key()), file, environment, flags);
      values.put(setting, value);
      if (!value.origin.equals(origin(file))) {
        numbers.remove(setting.key());
      }
    }
    ConfigErrors errors = new ConfigErrors(file, numbers);
    checkNames(written, errors);
    Settings settings = new Settings(values, file, numbers, lines, environment, errors);
    if (!errors.isEmpty()) {
      var _ = ServerConfig.read(settings, errors);
    }
    errors.throwIfAny();
    return settings;
  }

  private static Value value(
      Setting setting,
      @Nullable String line,
      @Nullable Path file,
      Map<String, String> environment,
      Map<Setting, String> flags) {
    String flag = flags.get(setting);
    if (flag != null) {
      return new Value(flag, "flag --" + setting.key());
    }
    String variable = environment.get(setting.variable());
    if (variable != null && !variable.isBlank()) {
      return new Value(variable, "environment " + setting.variable());
    }
    return line == null
        ? new Value(setting.defaultValue(), "default")
        : new Value(line, origin(file));
  }

  private static String origin(@Nullable Path file) {
    return "file " + file;
  }

  private static Map<String, String> family(String prefix, Map<String, String> lines) {
    Map<String, String> family = new HashMap<>();
    lines.forEach(
        (name, text) -> {
          if (name.startsWith(prefix)) {
            family.put(name.substring(prefix.length()), text);
          }
        });
    return family;
  }

  private static List<ProviderValue> shown(
      String prefix, Map<String, String> ofModels, String origin) {
    List<ProviderValue> shown = new ArrayList<>();
    new TreeMap<>(ofModels)
        .forEach((model, text) -> shown.add(new ProviderValue(prefix + model, text, origin)));
    return shown;
  }

  /// Finds names that nobody knows, and such as come twice.
  private static void checkNames(List<ConfigFile.Line> lines, ConfigErrors errors) {
    Map<String, Integer> numbers = new HashMap<>();
    String expected =
        SETTINGS.stream()
            .collect(
                Collectors.joining(
                    ", ",
                    "",
                    ", provider.NAME.…, assistant.NAME.…, price.PROVIDER/MODEL,"
                        + " context.PROVIDER/MODEL"));
    for (ConfigFile.Line line : lines) {
      String name = line.name();
      Integer before = numbers.putIfAbsent(name, line.number());
      if (before != null) {
        errors.add(
            line.number(), name, "set in line %d already (expected: once)".formatted(before));
      } else if (FAMILIES.stream().noneMatch(name::startsWith) && !SETTINGS.contains(name)) {
        String meant = ProviderLines.meant(name);
        errors.add(
            line.number(),
            name,
            meant != null
                ? "no such setting (did you mean %s?)".formatted(Masked.name(meant))
                : ConfigErrors.unknown(name, SETTINGS, ": one of " + expected));
        expected = "those listed above"; // once is enough
      }
    }
  }

  /// What is wrong with these settings can be told with their lines.
  ConfigErrors errors() {
    return new ConfigErrors(file, numbers);
  }

  /// Providers of models: those of the file, those whose credentials are in the environment, and
  /// the simulated one.
  public List<ProviderSettings> providers() {
    return providers;
  }

  /// Their names, with those of providers that cannot be used.
  Set<String> providerNames() {
    return providerNames;
  }

  /// What models cost.
  public Prices prices() {
    return prices;
  }

  /// Assistants that can be in rooms.
  public List<AssistantSettings> assistants() {
    return assistants;
  }

  /// Tokens of a session that models are shown, where it is set.
  public ByModel<Integer> contextTokens() {
    return contextTokens;
  }

  /// What is configured of these providers, their models and the assistants, by name, without any
  /// credential.
  public List<ProviderValue> providerValues() {
    return providerValues;
  }

  /// The value of a setting and its origin.
  public Value get(Setting setting) {
    Value value = values.get(setting);
    if (value == null) {
      throw new IllegalStateException("every setting has a value: " + setting);
    }
    return value;
  }
}
