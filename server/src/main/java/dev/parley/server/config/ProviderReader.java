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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads the lines about one provider. Of what is wrong this is kept, and something else read,
/// which is not to be used.
final class ProviderReader {
  private static final int MAX_WEIGHT = 1_000;

  private final String where;
  private final String name;

  /// What has not been read yet; in the end, what only some kinds have.
  private final Map<String, String> options;

  private final Map<String, String> environment;
  private final ConfigErrors errors;

  /// @param options lines without the provider's name
  ProviderReader(
      String name,
      Map<String, String> options,
      Map<String, String> environment,
      ConfigErrors errors) {
    where = ProviderLines.PREFIX + name + ".";
    this.name = name;
    this.options = new HashMap<>(options);
    this.environment = environment;
    this.errors = errors;
  }

  /// The provider; null: nobody knows of which kind it is.
  @Nullable ProviderSettings read() {
    refuseUnknown();
    ProviderKind kind = kind();
    if (kind == null) {
      return null;
    }
    String baseUrl = baseUrl(kind);
    List<Credential> credentials = credentials(kind);
    Quota quota =
        new Quota(
            (int) number(ProviderLines.MAX_QUESTIONS, Quota.DEFAULT.maxQuestions()),
            number(ProviderLines.TOKENS_PER_MINUTE, Quota.DEFAULT.tokensPerMinute()));
    Patience patience =
        new Patience(
            duration(ProviderLines.CONNECT_TIMEOUT, Patience.DEFAULT.connect()),
            duration(ProviderLines.FIRST_TOKEN_TIMEOUT, Patience.DEFAULT.firstToken()),
            duration(ProviderLines.TOKEN_TIMEOUT, Patience.DEFAULT.betweenTokens()),
            duration(ProviderLines.TIMEOUT, Patience.DEFAULT.whole()));
    checkFile(ProviderLines.AUTHORITIES);
    checkChoice(ProviderLines.CIRCUIT_BREAKER, "on", "off");
    readOptionsOf(kind);
    return new ProviderSettings(name, kind, baseUrl, credentials, quota, patience, options);
  }

  private void refuseUnknown() {
    for (String option : List.copyOf(options.keySet())) {
      if (!ProviderLines.isOption(option)) {
        options.remove(option);
        errors.add(
            where + option,
            ConfigErrors.unknown(
                option,
                ProviderLines.words(),
                " of a provider: " + ProviderLines.options(List.of(ProviderKind.values()))));
      }
    }
  }

  private @Nullable ProviderKind kind() {
    String text = options.remove(ProviderLines.KIND);
    String wanted = (text == null ? name : text).toLowerCase(Locale.ROOT);
    for (ProviderKind kind : ProviderKind.values()) {
      if (kind.text().equals(wanted)) {
        return kind;
      }
    }
    String expected =
        Arrays.stream(ProviderKind.values())
            .map(ProviderKind::text)
            .collect(Collectors.joining(", ", "one of ", "; " + ProviderKind.COMPATIBLE.text()));
    expected += " is what Ollama, vLLM and llama.cpp are";
    if (text == null) {
      errors.addMissing(where + ProviderLines.KIND, expected);
    } else {
      wrong(ProviderLines.KIND, text, expected);
    }
    return null;
  }

  private String baseUrl(ProviderKind kind) {
    String text = options.remove(ProviderLines.BASE_URL);
    if (kind == ProviderKind.SIMULATED) {
      return "";
    }
    String location = options.getOrDefault(ProviderLines.LOCATION, VertexDialect.GLOBAL);
    String usual;
    try {
      usual = BaseUrls.usual(kind, location);
    } catch (IllegalArgumentException e) {
      wrong(
          ProviderLines.LOCATION,
          location,
          "a name such as europe-west4, or " + VertexDialect.GLOBAL);
      return "";
    }
    String written = text == null ? usual : text;
    String url = BaseUrls.read(kind, written);
    if (written.isEmpty()) {
      errors.addMissing(where + ProviderLines.BASE_URL, "such as https://api.example.com");
    } else if (url == null) {
      errors.add(
          where + ProviderLines.BASE_URL,
          "no such URL (expected: such as https://api.example.com, without user, query or the path"
              + " of a request)");
    }
    return url == null ? "" : url;
  }

  /// `key` is a credential named `default`; `key.LABEL` are others, and `weight.LABEL` how often
  /// each is used.
  private List<Credential> credentials(ProviderKind kind) {
    Map<String, String> secrets = taken(ProviderLines.KEY);
    Map<String, String> weights = taken(ProviderLines.WEIGHT);
    secrets.forEach(
        (label, text) -> {
          if (text.isBlank()) {
            errors.add(
                where + line(ProviderLines.KEY, label),
                "empty (expected: the credential, env:VARIABLE, or no such line)");
          }
        });
    if (secrets.isEmpty()) {
      String here = environment.getOrDefault(kind.variable(), "");
      secrets.put(
          Credential.DEFAULT_NAME,
          here.isBlank() ? "" : ProviderLines.FROM_ENVIRONMENT + kind.variable());
    }
    List<Credential> credentials = new ArrayList<>();
    secrets.forEach(
        (label, text) -> {
          String line = line(ProviderLines.KEY, label);
          if (!label.matches(NamedLines.NAME)) {
            errors.add(
                where + line,
                "no such setting (expected: a name of small letters, digits, - and _)");
          }
          String weight = weights.remove(label);
          String ofWeight = where + line(ProviderLines.WEIGHT, label);
          credentials.add(
              new Credential(
                  label,
                  secret(line, text),
                  weight == null
                      ? 1
                      : (int) NamedLines.number(ofWeight, weight, 1, MAX_WEIGHT, errors)));
        });
    for (String label : weights.keySet()) {
      errors.add(
          where + line(ProviderLines.WEIGHT, label),
          "there is no key \"%s\" (expected: one of %s)"
              .formatted(Masked.chosen(label), Masked.list(secrets.keySet())));
    }
    return credentials;
  }

  /// What lines `OPTION` and `OPTION.LABEL` say, by label, and no longer in [#options].
  private Map<String, String> taken(String option) {
    Map<String, String> taken = new TreeMap<>();
    for (String key : new TreeSet<>(options.keySet())) {
      boolean labelled = key.startsWith(option + ".");
      if (!labelled && !key.equals(option)) {
        continue;
      }
      String label = labelled ? key.substring(option.length() + 1) : Credential.DEFAULT_NAME;
      String text = options.remove(key);
      if (text != null && taken.put(label, text) != null) {
        errors.add(
            where + key,
            "the same as %s, which there is too (expected: one of them)".formatted(option));
      }
    }
    return taken;
  }

  private static String line(String option, String label) {
    return label.equals(Credential.DEFAULT_NAME) ? option : option + "." + label;
  }

  /// @param line name of the line, without the provider's
  private String secret(String line, String text) {
    String secret = text;
    String from = "";
    if (text.startsWith(ProviderLines.FROM_ENVIRONMENT)) {
      String variable = text.substring(ProviderLines.FROM_ENVIRONMENT.length());
      secret = environment.getOrDefault(variable, "").strip();
      from = ", from environment " + variable;
      if (secret.isEmpty()) {
        errors.add(
            where + line,
            "the environment variable %s is not set (expected: env:NAME of one that is)"
                .formatted(Masked.variable(variable)));
      }
    }
    String problem = Secrets.problem(secret);
    if (problem != null) {
      errors.add(where + line, problem.formatted(from));
    }
    return secret;
  }

  private long number(String option, long otherwise) {
    String text = options.remove(option);
    return text == null
        ? otherwise
        : NamedLines.number(where + option, text, 1, Integer.MAX_VALUE, errors);
  }

  private Duration duration(String option, Duration otherwise) {
    String text = options.remove(option);
    if (text == null) {
      return otherwise;
    }
    Duration time = Durations.read(text);
    if (time == null) {
      wrong(option, text, Durations.FORM);
      return otherwise;
    }
    return time;
  }

  private void checkFile(String option) {
    String path = options.get(option);
    if (path != null && !isReadable(path)) {
      errors.add(
          where + option, "there is no such file (expected: the path of a file that can be read)");
    }
  }

  private static boolean isReadable(String path) {
    try {
      return Files.isReadable(Path.of(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private void checkChoice(String option, String one, String other) {
    String text = options.getOrDefault(option, one);
    if (!text.equals(one) && !text.equals(other)) {
      wrong(option, text, one + " or " + other);
    }
  }

  /// Checks what only some kinds have, and reads [ProviderLines#PACE].
  private void readOptionsOf(ProviderKind kind) {
    for (String option : List.copyOf(options.keySet())) {
      if (!ProviderLines.isOf(kind, option)) {
        options.remove(option);
        errors.add(
            where + option,
            "no such setting (expected of a provider of the kind %s: %s)"
                .formatted(kind.text(), ProviderLines.options(List.of(kind))));
      }
    }
    checkChoice(ProviderLines.ENTRA, "true", "false");
    if (options.containsKey(ProviderLines.PACE)) {
      long millis = duration(ProviderLines.PACE, Duration.ZERO).toMillis();
      options.put(ProviderLines.PACE + "-ms", Long.toString(millis));
    }
    if (kind == ProviderKind.VERTEX) {
      checkProject();
    }
    if (!GoogleSecret.OF_MACHINE.equals(options.get(ProviderLines.SERVICE_ACCOUNT))) {
      checkFile(ProviderLines.SERVICE_ACCOUNT);
    }
  }

  private void checkProject() {
    String project = options.get(ProviderLines.PROJECT);
    if (project == null) {
      errors.addMissing(
          where + ProviderLines.PROJECT,
          "the project's id; and %s, a file with a service account's key, or %s for the machine's"
              .formatted(ProviderLines.SERVICE_ACCOUNT, GoogleSecret.OF_MACHINE));
      return;
    }
    try {
      var _ = new VertexDialect(project, VertexDialect.GLOBAL);
    } catch (IllegalArgumentException e) {
      wrong(ProviderLines.PROJECT, project, "an id such as my-project-1, or a number");
    }
  }

  private void wrong(String option, String text, String expected) {
    errors.add(where + option, "\"%s\" (expected: %s)".formatted(Masked.value(text), expected));
  }
}
