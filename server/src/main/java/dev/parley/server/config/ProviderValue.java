package dev.parley.server.config;

import dev.parley.models.Credential;
import dev.parley.models.ProviderKind;
import dev.parley.models.ProviderSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is configured of a provider of models, or of what uses one, as a line of the configuration
/// file.
///
/// @param key such as `provider.local.base-url`
/// @param text the value; of a credential only the name of its environment variable, as
///     `env:VARIABLE`; null: not to be shown
/// @param origin where it came from, in words
public record ProviderValue(String key, @Nullable String text, String origin) {

  /// All values of all providers: those of the file, and those that hold without being written.
  ///
  /// @param lines of the file, names without [ProviderLines#PREFIX]
  /// @param file where they are from, in words
  static List<ProviderValue> of(
      List<ProviderSettings> providers,
      Map<String, String> lines,
      String file,
      Map<String, String> environment) {
    List<ProviderValue> values = new ArrayList<>();
    for (ProviderSettings provider : providers) {
      Map<String, ProviderValue> ofOne = new TreeMap<>();
      String prefix = provider.name() + ".";
      lines.forEach(
          (key, text) -> {
            if (key.startsWith(prefix)) {
              String name = key.substring(prefix.length());
              ofOne.put(name, line(ProviderLines.PREFIX + key, name, text, file));
            }
          });
      unwritten(provider, environment)
          .forEach(
              value ->
                  ofOne.putIfAbsent(
                      value.key.substring((ProviderLines.PREFIX + prefix).length()), value));
      values.addAll(ofOne.values());
    }
    return values;
  }

  private static ProviderValue line(String key, String name, String text, String file) {
    boolean shown = ProviderLines.isPublic(name) || text.startsWith(ProviderLines.FROM_ENVIRONMENT);
    return new ProviderValue(key, shown ? text : null, file);
  }

  private static List<ProviderValue> unwritten(
      ProviderSettings provider, Map<String, String> environment) {
    ProviderKind kind = provider.kind();
    String prefix = ProviderLines.PREFIX + provider.name() + ".";
    List<ProviderValue> values = new ArrayList<>();
    values.add(new ProviderValue(prefix + ProviderLines.KIND, kind.text(), "default"));
    if (!provider.baseUrl().isEmpty()) {
      values.add(new ProviderValue(prefix + ProviderLines.BASE_URL, provider.baseUrl(), "default"));
    }
    String variable = kind.variable();
    boolean used = provider.credentials().getFirst().name().equals(Credential.DEFAULT_NAME);
    if (used && !environment.getOrDefault(variable, "").isBlank()) {
      values.add(
          new ProviderValue(
              prefix + ProviderLines.KEY,
              ProviderLines.FROM_ENVIRONMENT + variable,
              "environment " + variable));
    }
    return values;
  }
}
