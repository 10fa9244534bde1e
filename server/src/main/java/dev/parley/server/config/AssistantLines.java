package dev.parley.server.config;

import dev.parley.core.limit.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Assistants in rooms as they are configured: by lines `assistant.NAME.model = PROVIDER/MODEL` and
/// so on.
final class AssistantLines {
  /// What all lines about assistants begin with.
  static final String PREFIX = "assistant.";

  private static final String MODEL = "model";
  private static final String SYSTEM = "system";
  private static final String QUESTIONS_PER_MINUTE = "questions-per-minute";
  private static final String TOKENS_PER_DAY = "tokens-per-day";
  /// What can be set of an assistant.
  static final List<String> OPTIONS = List.of(MODEL, SYSTEM, QUESTIONS_PER_MINUTE, TOKENS_PER_DAY);
  private static final int DEFAULT_QUESTIONS_PER_MINUTE = 10;
  private static final int MAX_QUESTIONS_PER_MINUTE = 1_000;
  private static final long DEFAULT_TOKENS_PER_DAY = 200_000;
  private static final long MAX_TOKENS_PER_DAY = 1_000_000_000_000L;

  private AssistantLines() {}

  /// The assistants, by name.
  ///
  /// @param lines names without [#PREFIX]
  /// @param providers names of those that there are
  /// @throws ConfigException naming the first line that cannot be used
  static List<AssistantSettings> parse(Map<String, String> lines, Set<String> providers)
      throws ConfigException {
    Map<String, Map<String, String>> byName = new TreeMap<>();
    for (Map.Entry<String, String> line : lines.entrySet()) {
      int dot = line.getKey().indexOf('.');
      String name = dot < 0 ? "" : line.getKey().substring(0, dot);
      if (!name.matches("[a-z0-9][a-z0-9_-]{0,63}")) {
        throw new ConfigException(
            "setting \"%s\" (expected: assistant.NAME.model and the like, NAME of small letters, digits, - and _)"
                .formatted(Masked.name(PREFIX + line.getKey())));
      }
      byName
          .computeIfAbsent(name, _ -> new HashMap<>())
          .put(line.getKey().substring(dot + 1), line.getValue().strip());
    }
    if (byName.size() > Limits.MAX_ASSISTANTS) {
      throw new ConfigException(
          "%s…: %d assistants (expected: at most %d)"
              .formatted(PREFIX, byName.size(), Limits.MAX_ASSISTANTS));
    }
    List<AssistantSettings> assistants = new ArrayList<>();
    for (Map.Entry<String, Map<String, String>> assistant : byName.entrySet()) {
      assistants.add(one(assistant.getKey(), assistant.getValue(), providers));
    }
    return assistants;
  }

  private static AssistantSettings one(
      String name, Map<String, String> options, Set<String> providers) throws ConfigException {
    String where = PREFIX + name + ".";
    for (String option : options.keySet()) {
      if (!OPTIONS.contains(option)) {
        throw new ConfigException(
            "setting \"%s\" (expected of an assistant: %s)"
                .formatted(Masked.name(where + option), String.join(", ", OPTIONS)));
      }
    }
    String model = options.get(MODEL);
    if (model == null || !providers.contains(model.replaceFirst("/.*", ""))) {
      throw new ConfigException(
          "%s: %s (expected: PROVIDER/MODEL with one of the providers %s)"
              .formatted(
                  Masked.name(where + MODEL),
                  model == null ? "missing" : "\"" + Masked.value(model) + "\"",
                  Masked.list(providers)));
    }
    String system = options.getOrDefault(SYSTEM, "");
    int bytes = system.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > Limits.MAX_SYSTEM_PROMPT_BYTES) {
      throw new ConfigException(
          "%s: %d bytes (expected: at most %d)"
              .formatted(Masked.name(where + SYSTEM), bytes, Limits.MAX_SYSTEM_PROMPT_BYTES));
    }
    return new AssistantSettings(
        name,
        model,
        system,
        (int)
            number(
                where,
                QUESTIONS_PER_MINUTE,
                options,
                1,
                MAX_QUESTIONS_PER_MINUTE,
                DEFAULT_QUESTIONS_PER_MINUTE),
        number(where, TOKENS_PER_DAY, options, 0, MAX_TOKENS_PER_DAY, DEFAULT_TOKENS_PER_DAY));
  }

  private static long number(
      String where, String option, Map<String, String> options, long min, long max, long otherwise)
      throws ConfigException {
    String text = options.get(option);
    if (text == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below, as whatever else is no such number
    }
    throw new ConfigException(
        "%s: \"%s\" (expected: %d to %d)"
            .formatted(Masked.name(where + option), Masked.value(text), min, max));
  }

  /// All values of all assistants: those of the file, and those that hold without being written.
  ///
  /// @param lines of the file, names without [#PREFIX]
  /// @param file where they are from, in words
  static List<ProviderValue> values(
      List<AssistantSettings> assistants, Map<String, String> lines, String file) {
    Map<String, ProviderValue> values = new TreeMap<>();
    for (AssistantSettings assistant : assistants) {
      String name = assistant.name() + ".";
      unwritten(values, name + QUESTIONS_PER_MINUTE, assistant.questionsPerMinute());
      unwritten(values, name + TOKENS_PER_DAY, assistant.tokensPerDay());
    }
    lines.forEach(
        (key, text) -> {
          String line = text.replace("\\", "\\\\").replace("\n", "\\n");
          values.put(key, new ProviderValue(PREFIX + key, line, file));
        });
    return List.copyOf(values.values());
  }

  private static void unwritten(Map<String, ProviderValue> values, String key, long number) {
    values.put(key, new ProviderValue(PREFIX + key, Long.toString(number), "default"));
  }
}
