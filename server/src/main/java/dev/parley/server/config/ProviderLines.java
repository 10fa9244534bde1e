package dev.parley.server.config;

import dev.parley.models.ProviderKind;
import dev.parley.models.ProviderSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Providers of models as they are configured: by lines `provider.NAME.kind = …` and so on, and by
/// the environment variables that the providers' own tools know. The simulated one is always there.
final class ProviderLines {
  /// What all lines about providers begin with.
  static final String PREFIX = "provider.";

  /// Of which kind a provider is.
  static final String KIND = "kind";

  /// Where it is.
  static final String BASE_URL = "base-url";

  /// The credential, or, with a label behind it, one of several.
  static final String KEY = "key";

  /// What a credential begins with of which only the environment variable is named.
  static final String FROM_ENVIRONMENT = "env:";

  static final String WEIGHT = "weight";
  static final String SERVICE_ACCOUNT = "service-account";
  static final String AUTHORITIES = "ca";
  static final String CIRCUIT_BREAKER = "circuit-breaker";
  static final String MAX_QUESTIONS = "max-questions";
  static final String TOKENS_PER_MINUTE = "tokens-per-minute";
  static final String CONNECT_TIMEOUT = "connect-timeout";
  static final String FIRST_TOKEN_TIMEOUT = "first-token-timeout";
  static final String TOKEN_TIMEOUT = "token-timeout";
  static final String TIMEOUT = "timeout";
  static final String ENTRA = "entra";
  static final String PROJECT = "project";
  static final String LOCATION = "location";
  static final String PACE = "pace";

  /// What all kinds have, beside credentials.
  private static final List<String> OF_ALL =
      List.of(
          KIND,
          BASE_URL,
          KEY,
          WEIGHT,
          AUTHORITIES,
          CIRCUIT_BREAKER,
          MAX_QUESTIONS,
          TOKENS_PER_MINUTE,
          CONNECT_TIMEOUT,
          FIRST_TOKEN_TIMEOUT,
          TOKEN_TIMEOUT,
          TIMEOUT);

  /// What only some kinds have.
  private static final Map<String, List<ProviderKind>> OPTIONS =
      Map.of(
          "api-version",
          List.of(ProviderKind.AZURE),
          ENTRA,
          List.of(ProviderKind.AZURE),
          PROJECT,
          List.of(ProviderKind.VERTEX),
          LOCATION,
          List.of(ProviderKind.VERTEX),
          SERVICE_ACCOUNT,
          List.of(ProviderKind.VERTEX),
          PACE,
          List.of(ProviderKind.SIMULATED));

  private ProviderLines() {}

  /// Whether what is set in this way may be shown to everybody.
  static boolean isPublic(String option) {
    return (OF_ALL.contains(option) && !option.equals(KEY))
        || option.startsWith(WEIGHT + ".")
        || OPTIONS.containsKey(option);
  }

  /// The words that these lines are made of: options and kinds.
  static Set<String> words() {
    Set<String> words = new TreeSet<>(OF_ALL);
    words.addAll(OPTIONS.keySet());
    for (ProviderKind kind : ProviderKind.values()) {
      words.add(kind.text());
    }
    return words;
  }

  /// The providers, by name.
  ///
  /// @param lines names without [#PREFIX]
  /// @param errors gets what of the lines cannot be used
  static List<ProviderSettings> parse(
      Map<String, String> lines, Map<String, String> environment, ConfigErrors errors) {
    Map<String, Map<String, String>> byName =
        NamedLines.byName(PREFIX, "provider.NAME.kind", lines, errors);
    for (ProviderKind kind : ProviderKind.values()) {
      String key = kind.variable().isEmpty() ? null : environment.get(kind.variable());
      boolean usable = !kind.baseUrl().isEmpty() && key != null && !key.isBlank();
      if (usable || kind == ProviderKind.SIMULATED) {
        byName.computeIfAbsent(kind.text(), _ -> new HashMap<>());
      }
    }
    List<ProviderSettings> providers = new ArrayList<>();
    byName.forEach(
        (name, options) -> {
          ProviderSettings provider = new ProviderReader(name, options, environment, errors).read();
          if (provider != null) {
            providers.add(provider);
          }
        });
    return providers;
  }

  /// What is meant by a name that lacks [#PREFIX]; null: nothing that is known.
  static @Nullable String meant(String name) {
    int dot = name.indexOf('.');
    boolean kind =
        Arrays.stream(ProviderKind.values()).anyMatch(k -> name.startsWith(k.text() + "."));
    return kind && isOption(name.substring(dot + 1)) ? PREFIX + name : null;
  }

  /// Whether there is such an option, of any kind of provider.
  static boolean isOption(String option) {
    return isPublic(option) || option.equals(KEY) || option.startsWith(KEY + ".");
  }

  /// Whether providers of a kind have an option.
  static boolean isOf(ProviderKind kind, String option) {
    return OPTIONS.getOrDefault(option, List.of(kind)).contains(kind);
  }

  /// The options that any of these kinds has, in words.
  static String options(Collection<ProviderKind> kinds) {
    List<String> options = new ArrayList<>(OF_ALL);
    new TreeMap<>(OPTIONS)
        .forEach(
            (option, those) -> {
              if (!Collections.disjoint(those, kinds)) {
                options.add(option);
              }
            });
    return String.join(", ", options);
  }
}
