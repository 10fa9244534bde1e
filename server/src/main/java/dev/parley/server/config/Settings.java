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
  /// Of a line that may be a credential.
  private static final int MAX_TOLD_CHARS = 4;

  private final Map<Setting, Value> values;

  /// A value as it was written.
  ///
  /// @param text the value
  /// @param origin where it came from, in words
  public record Value(String text, String origin) {}

  private final List<ProviderSettings> providers;
  private final List<ProviderValue> providerValues;

  private final Prices prices;
  private final ByModel<Integer> contextTokens;

  private Settings(
      Map<Setting, Value> values,
      List<ProviderSettings> providers,
      List<ProviderValue> providerValues,
      Prices prices,
      ByModel<Integer> contextTokens) {
    this.prices = prices;
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
    Map<String, String> lines = new HashMap<>();
    Map<String, String> prices = new HashMap<>();
    Map<String, String> contexts = new HashMap<>();
    String origin = "file " + file;
    if (file != null) {
      read(file, lines, prices, contexts)
          .forEach((key, text) -> values.put(key, new Value(text, origin)));
    }
    for (Setting setting : Setting.values()) {
      String text = environment.get(setting.variable());
      if (text != null && !text.isBlank()) {
        values.put(setting, new Value(text, "environment " + setting.variable()));
      }
    }
    flags.forEach((key, text) -> values.put(key, new Value(text, "flag --" + key.key())));
    List<ProviderSettings> providers = ProviderLines.parse(lines, environment);
    Set<String> names = new TreeSet<>();
    providers.forEach(provider -> names.add(provider.name()));
    List<ProviderValue> shown =
        new ArrayList<>(ProviderValue.of(providers, lines, origin, environment));
    shown.addAll(shown(PriceLines.PREFIX, prices, origin));
    shown.addAll(shown(ContextLines.PREFIX, contexts, origin));
    return new Settings(
        values,
        providers,
        shown,
        PriceLines.parse(prices, names),
        ContextLines.parse(contexts, names));
  }

  private static List<ProviderValue> shown(
      String prefix, Map<String, String> ofModels, String origin) {
    List<ProviderValue> shown = new ArrayList<>();
    new TreeMap<>(ofModels)
        .forEach((model, text) -> shown.add(new ProviderValue(prefix + model, text, origin)));
    return shown;
  }

  private static Map<Setting, String> read(
      Path file,
      Map<String, String> providers,
      Map<String, String> prices,
      Map<String, String> contexts)
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
      if (key.startsWith(ProviderLines.PREFIX)) {
        providers.put(key.substring(ProviderLines.PREFIX.length()), text);
      } else if (key.startsWith(PriceLines.PREFIX)) {
        prices.put(key.substring(PriceLines.PREFIX.length()), text);
      } else if (key.startsWith(ContextLines.PREFIX)) {
        contexts.put(key.substring(ContextLines.PREFIX.length()), text);
      } else {
        found.put(setting(file, text.isEmpty() ? shortened(key) : key), text);
      }
    }
    return found;
  }

  /// What stands alone in its line may be a key of the line before.
  private static String shortened(String key) {
    boolean known = Arrays.stream(Setting.values()).anyMatch(each -> each.key().equals(key));
    return known ? key : key.substring(0, Math.min(key.length(), MAX_TOLD_CHARS)) + "…";
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
        "configuration file %s: setting \"%s\" (expected: one of %s)".formatted(file, key, known));
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

  /// Tokens of a session that models are shown, where it is set.
  public ByModel<Integer> contextTokens() {
    return contextTokens;
  }

  /// What is configured of these providers and their models, by name, without any credential.
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
