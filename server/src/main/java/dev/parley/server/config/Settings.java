package dev.parley.server.config;

import dev.parley.models.ByModel;
import dev.parley.models.Prices;
import dev.parley.models.ProviderSettings;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The effective value of every setting, and where it came from. Immutable.
public final class Settings {
  /// What lines begin with that belong together, and only a file can hold.
  static final List<String> FAMILIES =
      List.of(ProviderLines.PREFIX, PriceLines.PREFIX, ContextLines.PREFIX, AssistantLines.PREFIX);

  private final Map<Setting, Value> values;

  /// A value as it was written.
  ///
  /// @param text the value
  /// @param origin where it came from, in words
  public record Value(String text, String origin) {}

  private final List<ProviderSettings> providers;
  private final List<ProviderValue> providerValues;

  private final Prices prices;
  private final List<AssistantSettings> assistants;
  private final ByModel<Integer> contextTokens;

  private Settings(
      Map<Setting, Value> values,
      List<ProviderSettings> providers,
      List<ProviderValue> providerValues,
      Prices prices,
      List<AssistantSettings> assistants,
      ByModel<Integer> contextTokens) {
    this.prices = prices;
    this.assistants = List.copyOf(assistants);
    this.contextTokens = contextTokens;
    this.values = new EnumMap<>(values);
    this.providers = List.copyOf(providers);
    this.providerValues = List.copyOf(providerValues);
  }

  /// Gathers the settings: defaults, then the file, then the environment, then flags. A variable
  /// that is empty counts as none, as shells have it.
  ///
  /// @param file configuration file; null: none
  /// @param environment the process's environment
  /// @param flags what was given on the command line
  /// @throws ConfigException if the file cannot be read, or names a setting that does not exist
  public static Settings gather(
      @Nullable Path file, Map<String, String> environment, Map<Setting, String> flags)
      throws ConfigException {
    Map<Setting, Value> values = new EnumMap<>(Setting.class);
    for (Setting setting : Setting.values()) {
      values.put(setting, new Value(setting.defaultValue(), "default"));
    }
    Map<String, Map<String, String>> families = new HashMap<>();
    FAMILIES.forEach(prefix -> families.put(prefix, new HashMap<>()));
    String origin = "file " + file;
    if (file != null) {
      read(file, families).forEach((key, text) -> values.put(key, new Value(text, origin)));
    }
    for (Setting setting : Setting.values()) {
      String text = environment.get(setting.variable());
      if (text != null && !text.isBlank()) {
        values.put(setting, new Value(text, "environment " + setting.variable()));
      }
    }
    flags.forEach((key, text) -> values.put(key, new Value(text, "flag --" + key.key())));
    try {
      return of(values, families, origin, environment);
    } catch (ConfigException e) {
      boolean written = families.values().stream().anyMatch(lines -> !lines.isEmpty());
      throw written
          ? new ConfigException("configuration file %s: %s".formatted(file, e.getMessage()))
          : e;
    }
  }

  /// @param families the lines of each, without its prefix
  private static Settings of(
      Map<Setting, Value> values,
      Map<String, Map<String, String>> families,
      String origin,
      Map<String, String> environment)
      throws ConfigException {
    Map<String, String> lines = families.getOrDefault(ProviderLines.PREFIX, Map.of());
    Map<String, String> prices = families.getOrDefault(PriceLines.PREFIX, Map.of());
    Map<String, String> assistants = families.getOrDefault(AssistantLines.PREFIX, Map.of());
    Map<String, String> contexts = families.getOrDefault(ContextLines.PREFIX, Map.of());
    List<ProviderSettings> providers = ProviderLines.parse(lines, environment);
    Set<String> names = new TreeSet<>();
    providers.forEach(provider -> names.add(provider.name()));
    List<AssistantSettings> known = AssistantLines.parse(assistants, names);
    List<ProviderValue> shown =
        new ArrayList<>(ProviderValue.of(providers, lines, origin, environment));
    shown.addAll(shown(PriceLines.PREFIX, prices, origin));
    shown.addAll(shown(ContextLines.PREFIX, contexts, origin));
    shown.addAll(AssistantLines.values(known, assistants, origin));
    return new Settings(
        values,
        providers,
        shown,
        PriceLines.parse(prices, names),
        known,
        ContextLines.parse(contexts, names));
  }

  private static List<ProviderValue> shown(
      String prefix, Map<String, String> ofModels, String origin) {
    List<ProviderValue> shown = new ArrayList<>();
    new TreeMap<>(ofModels)
        .forEach((model, text) -> shown.add(new ProviderValue(prefix + model, text, origin)));
    return shown;
  }

  /// @param families gets the lines of each family, without its prefix
  private static Map<Setting, String> read(Path file, Map<String, Map<String, String>> families)
      throws ConfigException {
    Properties lines = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      lines.load(reader);
    } catch (NoSuchFileException e) {
      throw new ConfigException(
          "configuration file %s does not exist: check the path".formatted(file));
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException(
          "configuration file %s cannot be read: %s (expected: lines such as listen = 0.0.0.0:50051)"
              .formatted(
                  file, e instanceof AccessDeniedException ? "access denied" : e.getMessage()));
    }
    Map<Setting, String> found = new EnumMap<>(Setting.class);
    for (String key : lines.stringPropertyNames()) {
      String text = lines.getProperty(key).strip();
      String prefix = FAMILIES.stream().filter(key::startsWith).findFirst().orElse("");
      Map<String, String> family = families.get(prefix);
      if (family != null) {
        family.put(key.substring(prefix.length()), text);
      } else {
        found.put(setting(file, key), text);
      }
    }
    return found;
  }

  private static Setting setting(Path file, String key) throws ConfigException {
    for (Setting setting : Setting.values()) {
      if (setting.key().equals(key)) {
        return setting;
      }
    }
    String known =
        Arrays.stream(Setting.values()).map(Setting::key).collect(Collectors.joining(", "));
    throw new ConfigException(
        "configuration file %s: setting \"%s\" (expected: one of %s)"
            .formatted(file, Masked.name(key), known));
  }

  /// Providers of models: those of the file, those whose credentials are in the environment, and
  /// the simulated one.
  public List<ProviderSettings> providers() {
    return providers;
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
