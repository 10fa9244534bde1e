package dev.parley.server.config;

import dev.parley.models.Credential;
import dev.parley.models.ProviderKind;
import dev.parley.models.ProviderSettings;
import dev.parley.models.Quota;
import dev.parley.models.dialect.VertexDialect;
import dev.parley.models.http.GoogleSecret;
import dev.parley.models.http.Patience;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

  private static final String WEIGHT = "weight";
  private static final String SERVICE_ACCOUNT = "service-account";
  private static final String AUTHORITIES = "ca";
  private static final String CIRCUIT_BREAKER = "circuit-breaker";
  private static final String MAX_QUESTIONS = "max-questions";
  private static final String TOKENS_PER_MINUTE = "tokens-per-minute";
  private static final String CONNECT_TIMEOUT = "connect-timeout";
  private static final String FIRST_TOKEN_TIMEOUT = "first-token-timeout";
  private static final String TOKEN_TIMEOUT = "token-timeout";
  private static final String TIMEOUT = "timeout";
  private static final int MAX_WEIGHT = 1_000;

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
          "entra",
          List.of(ProviderKind.AZURE),
          "project",
          List.of(ProviderKind.VERTEX),
          "location",
          List.of(ProviderKind.VERTEX),
          SERVICE_ACCOUNT,
          List.of(ProviderKind.VERTEX),
          "pace",
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
  /// @throws ConfigException naming the first line that cannot be used; never with a credential
  static List<ProviderSettings> parse(Map<String, String> lines, Map<String, String> environment)
      throws ConfigException {
    Map<String, Map<String, String>> byName = new TreeMap<>();
    for (Map.Entry<String, String> line : lines.entrySet()) {
      int dot = line.getKey().indexOf('.');
      String name = dot < 0 ? "" : line.getKey().substring(0, dot);
      if (!name.matches("[a-z0-9][a-z0-9_-]{0,63}")) {
        throw new ConfigException(
            "setting \"%s\" (expected: provider.NAME.kind and the like, NAME of small letters, digits, - and _)"
                .formatted(Masked.name(PREFIX + line.getKey())));
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
    for (String option : new TreeSet<>(lines.keySet())) {
      if (!isPublic(option) && !option.equals(KEY) && !option.startsWith(KEY + ".")) {
        throw new ConfigException(
            "setting \"%s\" (expected of a provider: %s)"
                .formatted(told(name, option), expected(List.of(ProviderKind.values()))));
      }
    }
    ProviderKind kind = kind(name, options.remove(KIND));
    String baseUrl = baseUrl(name, kind, options);
    List<Credential> credentials = credentials(name, kind, options, environment);
    Quota quota =
        new Quota(
            (int) number(name, MAX_QUESTIONS, options, 1, Quota.DEFAULT.maxQuestions()),
            number(name, TOKENS_PER_MINUTE, options, 1, Quota.DEFAULT.tokensPerMinute()));
    Patience patience =
        new Patience(
            duration(name, CONNECT_TIMEOUT, options, Patience.DEFAULT.connect()),
            duration(name, FIRST_TOKEN_TIMEOUT, options, Patience.DEFAULT.firstToken()),
            duration(name, TOKEN_TIMEOUT, options, Patience.DEFAULT.betweenTokens()),
            duration(name, TIMEOUT, options, Patience.DEFAULT.whole()));
    file(name, AUTHORITIES, options);
    if (!GoogleSecret.OF_MACHINE.equals(options.get(SERVICE_ACCOUNT))) {
      file(name, SERVICE_ACCOUNT, options);
    }
    for (String option : options.keySet()) {
      if (!option.equals(AUTHORITIES)
          && !option.equals(CIRCUIT_BREAKER)
          && !OPTIONS.getOrDefault(option, List.of()).contains(kind)) {
        throw new ConfigException(
            "setting \"%s\" (expected of a provider of the kind %s: %s)"
                .formatted(told(name, option), kind.text(), expected(List.of(kind))));
      }
    }
    String pace = options.remove("pace");
    if (pace != null) {
      String where = PREFIX + name + ".pace";
      options.put("pace-ms", Long.toString(ServerConfig.duration(where, pace).toMillis()));
    }
    String breaker = options.getOrDefault(CIRCUIT_BREAKER, "on");
    if (!breaker.equals("on") && !breaker.equals("off")) {
      throw new ConfigException(
          "%s: \"%s\" (expected: on or off)"
              .formatted(told(name, CIRCUIT_BREAKER), Masked.value(breaker)));
    }
    String entra = options.getOrDefault("entra", "false");
    if (!entra.equals("true") && !entra.equals("false")) {
      throw new ConfigException(
          "%s: \"%s\" (expected: true or false)"
              .formatted(told(name, "entra"), Masked.value(entra)));
    }
    if (kind == ProviderKind.VERTEX) {
      String project = options.get("project");
      if (project == null) {
        throw missing(
            name,
            "project",
            "the project's id; and %s, a file with a service account's key, or %s for the machine's"
                .formatted(SERVICE_ACCOUNT, GoogleSecret.OF_MACHINE));
      }
      checkProject(name, project);
    }
    return new ProviderSettings(name, kind, baseUrl, credentials, quota, patience, options);
  }

  /// `key` is a credential named `default`; `key.LABEL` are others, and `weight.LABEL` how often
  /// each is used.
  private static List<Credential> credentials(
      String name, ProviderKind kind, Map<String, String> options, Map<String, String> environment)
      throws ConfigException {
    Map<String, String> secrets = new TreeMap<>(taken(KEY, options));
    Map<String, String> weights = taken(WEIGHT, options);
    for (Map.Entry<String, String> secret : secrets.entrySet()) {
      if (secret.getValue().isBlank()) {
        throw new ConfigException(
            "%s: empty (expected: the credential, env:VARIABLE, or no such line)"
                .formatted(told(name, KEY)));
      }
    }
    if (secrets.isEmpty()) {
      String here = environment.getOrDefault(kind.variable(), "");
      secrets.put(
          Credential.DEFAULT_NAME, here.isBlank() ? "" : FROM_ENVIRONMENT + kind.variable());
    }
    List<Credential> credentials = new ArrayList<>();
    for (Map.Entry<String, String> secret : secrets.entrySet()) {
      String label = secret.getKey();
      String line = label.equals(Credential.DEFAULT_NAME) ? "" : "." + label;
      if (!label.matches("[a-z0-9][a-z0-9_-]{0,63}")) {
        throw new ConfigException(
            "setting \"%s\" (expected: a name of small letters, digits, - and _)"
                .formatted(told(name, KEY + line)));
      }
      String weight = weights.remove(label);
      credentials.add(
          new Credential(
              label,
              secret(name, KEY + line, secret.getValue(), environment),
              weight == null
                  ? 1
                  : (int) number(PREFIX + name + "." + WEIGHT + line, weight, 1, MAX_WEIGHT)));
    }
    for (String label : weights.keySet()) {
      throw new ConfigException(
          "%s: there is no key \"%s\" (expected: one of %s)"
              .formatted(
                  told(name, WEIGHT + "." + label),
                  Masked.chosen(label),
                  Masked.list(secrets.keySet())));
    }
    return credentials;
  }

  /// What lines `OPTION` and `OPTION.LABEL` say, by label, and no longer in `options`.
  private static Map<String, String> taken(String option, Map<String, String> options) {
    Map<String, String> taken = new HashMap<>();
    for (String key : List.copyOf(options.keySet())) {
      if (key.equals(option)) {
        taken.put(Credential.DEFAULT_NAME, options.get(key));
      } else if (key.startsWith(option + ".")) {
        taken.put(key.substring(option.length() + 1), options.get(key));
      } else {
        continue;
      }
      options.remove(key);
    }
    return taken;
  }

  private static long number(
      String name, String option, Map<String, String> options, long min, long otherwise)
      throws ConfigException {
    String text = options.remove(option);
    return text == null
        ? otherwise
        : number(PREFIX + name + "." + option, text, min, Integer.MAX_VALUE);
  }

  private static long number(String where, String text, long min, long max) throws ConfigException {
    try {
      long number = Long.parseLong(text.strip());
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below, as whatever else is no such number
    }
    throw new ConfigException(
        "%s: \"%s\" (expected: %d to %d)"
            .formatted(Masked.name(where), Masked.value(text), min, max));
  }

  private static Duration duration(
      String name, String option, Map<String, String> options, Duration otherwise)
      throws ConfigException {
    String text = options.remove(option);
    return text == null
        ? otherwise
        : ServerConfig.duration(PREFIX + name + "." + option, text.strip());
  }

  private static void file(String name, String option, Map<String, String> options)
      throws ConfigException {
    String path = options.get(option);
    if (path != null && !isReadable(path)) {
      throw new ConfigException(
          "%s: there is no such file (expected: the path of a file that can be read)"
              .formatted(told(name, option)));
    }
  }

  private static boolean isReadable(String path) {
    try {
      return Files.isReadable(Path.of(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static String expected(Collection<ProviderKind> kinds) {
    List<String> expected = new ArrayList<>(OF_ALL);
    new TreeMap<>(OPTIONS)
        .forEach(
            (option, those) -> {
              if (!Collections.disjoint(those, kinds)) {
                expected.add(option);
              }
            });
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
            "%s: \"%s\" (expected: one of %s)"
                .formatted(told(name, KIND), Masked.value(text), kinds));
  }

  private static String baseUrl(String name, ProviderKind kind, Map<String, String> options)
      throws ConfigException {
    String text = options.remove(BASE_URL);
    if (kind == ProviderKind.SIMULATED) {
      return "";
    }
    String location = options.getOrDefault("location", VertexDialect.GLOBAL);
    String usual = usualUrl(name, kind, location);
    String written = text == null ? usual : text.strip();
    if (written.isEmpty()) {
      throw missing(name, BASE_URL, "such as https://api.example.com");
    }
    String url = BaseUrls.read(kind, written);
    if (url == null) {
      throw new ConfigException(
          "%s: no such URL (expected: such as https://api.example.com, without user or query)"
              .formatted(told(name, BASE_URL)));
    }
    return url;
  }

  private static String usualUrl(String name, ProviderKind kind, String location)
      throws ConfigException {
    try {
      return BaseUrls.usual(kind, location);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          "%s: \"%s\" (expected: a name such as europe-west4, or %s)"
              .formatted(told(name, "location"), Masked.value(location), VertexDialect.GLOBAL));
    }
  }

  private static void checkProject(String name, String project) throws ConfigException {
    try {
      var _ = new VertexDialect(project, VertexDialect.GLOBAL);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          "%s: \"%s\" (expected: an id such as my-project-1, or a number)"
              .formatted(told(name, "project"), Masked.value(project)));
    }
  }

  private static String secret(
      String name, String option, String text, Map<String, String> environment)
      throws ConfigException {
    String secret = text.strip();
    if (text.startsWith(FROM_ENVIRONMENT)) {
      String variable = text.substring(FROM_ENVIRONMENT.length());
      secret = environment.getOrDefault(variable, "").strip();
      if (secret.isEmpty()) {
        throw new ConfigException(
            "%s: the environment variable %s is not set (expected: env:NAME of one that is)"
                .formatted(told(name, option), Masked.variable(variable)));
      }
    }
    if (!secret.chars().allMatch(c -> c > ' ' && c <= '~')) {
      boolean written = !text.startsWith(FROM_ENVIRONMENT);
      String from = written ? "" : ", environment " + text.substring(FROM_ENVIRONMENT.length());
      throw new ConfigException(
          "%s%s: not to be told here (expected: printable ASCII without spaces)"
              .formatted(told(name, option), from));
    }
    return secret;
  }

  private static ConfigException missing(String name, String what, String expected) {
    return new ConfigException("%s: missing (expected: %s)".formatted(told(name, what), expected));
  }

  /// The name of a line as messages tell it.
  private static String told(String name, String option) {
    return Masked.name(PREFIX + name + "." + option);
  }
}
