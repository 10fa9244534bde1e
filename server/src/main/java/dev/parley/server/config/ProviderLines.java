package dev.parley.server.config;

import dev.parley.models.ProviderKind;
import dev.parley.models.ProviderSettings;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Providers of models as they are configured: by lines `provider.NAME.kind = …` and so on, and by
/// the environment variables that the providers' own tools know. The simulated one is always there.
final class ProviderLines {
  /// What all lines about providers begin with.
  static final String PREFIX = "provider.";

  private static final String KIND = "kind";
  private static final String BASE_URL = "base-url";
  private static final String KEY = "key";
  private static final String FROM_ENVIRONMENT = "env:";

  /// What only some kinds have.
  private static final Map<String, List<ProviderKind>> OPTIONS =
      Map.of(
          "api-version", List.of(ProviderKind.AZURE),
          "entra", List.of(ProviderKind.AZURE),
          "project", List.of(ProviderKind.VERTEX),
          "location", List.of(ProviderKind.VERTEX),
          "pace", List.of(ProviderKind.SIMULATED));

  private ProviderLines() {}

  /// The providers, by name.
  ///
  /// @param lines names without [#PREFIX]
  /// @throws ConfigException naming the first line that cannot be used; never with a credential
  static List<ProviderSettings> parse(Map<String, String> lines, Map<String, String> environment)
      throws ConfigException {
    Map<String, Map<String, String>> byName = new TreeMap<>();
    for (Map.Entry<String, String> line : lines.entrySet()) {
      int dot = line.getKey().lastIndexOf('.');
      String name = dot < 0 ? "" : line.getKey().substring(0, dot);
      if (!name.matches("[a-z0-9][a-z0-9_-]{0,63}")) {
        throw new ConfigException(
            "setting \"%s%s\" (expected: provider.NAME.kind and the like, NAME of small letters, digits, - and _)"
                .formatted(PREFIX, line.getKey()));
      }
      byName
          .computeIfAbsent(name, _ -> new HashMap<>())
          .put(line.getKey().substring(dot + 1), line.getValue());
    }
    for (ProviderKind kind : ProviderKind.values()) {
      String key = kind.variable().isEmpty() ? null : environment.get(kind.variable());
      boolean usable = !kind.baseUrl().isEmpty() && key != null && !key.isBlank();
      if (usable || kind == ProviderKind.SIMULATED) {
        byName.computeIfAbsent(kind.text(), _ -> new HashMap<>());
      }
    }
    List<ProviderSettings> providers = new ArrayList<>();
    for (Map.Entry<String, Map<String, String>> provider : byName.entrySet()) {
      providers.add(one(provider.getKey(), provider.getValue(), environment));
    }
    return providers;
  }

  private static ProviderSettings one(
      String name, Map<String, String> lines, Map<String, String> environment)
      throws ConfigException {
    Map<String, String> options = new HashMap<>(lines);
    ProviderKind kind = kind(name, options.remove(KIND));
    String baseUrl = baseUrl(name, kind, options.remove(BASE_URL));
    String secret = secret(name, kind, options.remove(KEY), environment);
    for (String option : options.keySet()) {
      if (!OPTIONS.getOrDefault(option, List.of()).contains(kind)) {
        throw new ConfigException(
            "setting \"%s%s.%s\" (expected of a provider of the kind %s: %s)"
                .formatted(PREFIX, name, option, kind.text(), expected(kind)));
      }
    }
    String pace = options.remove("pace");
    if (pace != null) {
      String where = PREFIX + name + ".pace";
      options.put("pace-ms", Long.toString(ServerConfig.duration(where, pace).toMillis()));
    }
    String entra = options.getOrDefault("entra", "false");
    if (!entra.equals("true") && !entra.equals("false")) {
      throw new ConfigException(
          "%s%s.entra: \"%s\" (expected: true or false)".formatted(PREFIX, name, entra));
    }
    if (kind == ProviderKind.VERTEX && !options.containsKey("project")) {
      throw missing(name, "project", "the project's id");
    }
    return new ProviderSettings(name, kind, baseUrl, secret, options);
  }

  private static String expected(ProviderKind kind) {
    List<String> expected = new ArrayList<>(List.of(KIND, BASE_URL, KEY));
    OPTIONS.keySet().stream()
        .filter(option -> OPTIONS.getOrDefault(option, List.of()).contains(kind))
        .sorted()
        .forEach(expected::add);
    return String.join(", ", expected);
  }

  private static ProviderKind kind(String name, @Nullable String text) throws ConfigException {
    String wanted = text == null ? name : text;
    for (ProviderKind kind : ProviderKind.values()) {
      if (kind.text().equals(wanted.toLowerCase(Locale.ROOT))) {
        return kind;
      }
    }
    String kinds =
        Arrays.stream(ProviderKind.values())
            .map(ProviderKind::text)
            .collect(Collectors.joining(", "));
    throw text == null
        ? missing(name, KIND, "one of " + kinds)
        : new ConfigException(
            "%s%s.%s: \"%s\" (expected: one of %s)".formatted(PREFIX, name, KIND, text, kinds));
  }

  private static String baseUrl(String name, ProviderKind kind, @Nullable String text)
      throws ConfigException {
    if (kind == ProviderKind.SIMULATED) {
      return "";
    }
    String url = text == null ? kind.baseUrl() : text.strip();
    if (url.isEmpty()) {
      throw missing(name, BASE_URL, "such as https://api.example.com");
    }
    try {
      URI uri = URI.create(url);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      boolean bare =
          uri.getQuery() == null && uri.getFragment() == null && uri.getUserInfo() == null;
      if (http && uri.getHost() != null && bare) {
        return url.replaceAll("/+$", "");
      }
    } catch (IllegalArgumentException e) {
      // told below, as whatever else is no base URL
    }
    throw new ConfigException(
        "%s%s.%s: \"%s\" (expected: such as https://api.example.com, without user or query)"
            .formatted(PREFIX, name, BASE_URL, withoutSecrets(url)));
  }

  /// What may hold none: some write their key into the address.
  private static String withoutSecrets(String url) {
    return url.replaceAll("//.*@", "//…@").replaceAll("[?#].*", "?…");
  }

  private static String secret(
      String name, ProviderKind kind, @Nullable String text, Map<String, String> environment)
      throws ConfigException {
    if (text == null) {
      return environment.getOrDefault(kind.variable(), "").strip();
    }
    if (!text.startsWith(FROM_ENVIRONMENT)) {
      return text.strip();
    }
    String variable = text.substring(FROM_ENVIRONMENT.length());
    String value = environment.get(variable);
    if (value == null || value.isBlank()) {
      throw new ConfigException(
          "%s%s.%s: the environment variable %s is not set (expected: env:NAME of one that is)"
              .formatted(PREFIX, name, KEY, variable.matches("[A-Z0-9_]*") ? variable : "…"));
    }
    return value.strip();
  }

  private static ConfigException missing(String name, String what, String expected) {
    return new ConfigException(
        "%s%s.%s: missing (expected: %s)".formatted(PREFIX, name, what, expected));
  }
}
