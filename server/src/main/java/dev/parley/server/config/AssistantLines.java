package dev.parley.server.config;

import dev.parley.core.limit.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
  /// @param errors gets what of the lines cannot be used
  static List<AssistantSettings> parse(
      Map<String, String> lines, Set<String> providers, ConfigErrors errors) {
    Map<String, Map<String, String>> byName =
        NamedLines.byName(PREFIX, "assistant.NAME.model", lines, errors);
    if (byName.size() > Limits.MAX_ASSISTANTS) {
      errors.add(
          PREFIX + "…",
          "%d assistants (expected: at most %d)".formatted(byName.size(), Limits.MAX_ASSISTANTS));
    }
    List<AssistantSettings> assistants = new ArrayList<>();
    byName.forEach((name, options) -> assistants.add(one(name, options, providers, errors)));
    return assistants;
  }

  private static AssistantSettings one(
      String name, Map<String, String> options, Set<String> providers, ConfigErrors errors) {
    String where = PREFIX + name + ".";
    for (String option : options.keySet()) {
      if (!OPTIONS.contains(option)) {
        errors.add(
            where + option,
            "no such setting (expected of an assistant: %s)".formatted(String.join(", ", OPTIONS)));
      }
    }
    String model = options.get(MODEL);
    if (model == null) {
      errors.addMissing(where + MODEL, "PROVIDER/MODEL");
    } else if (!providers.contains(model.replaceFirst("/.*", ""))) {
      String expected = "PROVIDER/MODEL with one of the providers " + Masked.list(providers);
      errors.add(where + MODEL, "\"%s\" (expected: %s)".formatted(Masked.value(model), expected));
    }
    String system = options.getOrDefault(SYSTEM, "");
    int bytes = system.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > Limits.MAX_SYSTEM_PROMPT_BYTES) {
      errors.add(
          where + SYSTEM,
          "%d bytes (expected: at most %d)".formatted(bytes, Limits.MAX_SYSTEM_PROMPT_BYTES));
    }
    String questions = options.get(QUESTIONS_PER_MINUTE);
    String tokens = options.get(TOKENS_PER_DAY);
    return new AssistantSettings(
        name,
        model == null ? "" : model,
        system,
        questions == null
            ? DEFAULT_QUESTIONS_PER_MINUTE
            : (int)
                NamedLines.number(
                    where + QUESTIONS_PER_MINUTE, questions, 1, MAX_QUESTIONS_PER_MINUTE, errors),
        tokens == null
            ? DEFAULT_TOKENS_PER_DAY
            : NamedLines.number(where + TOKENS_PER_DAY, tokens, 0, MAX_TOKENS_PER_DAY, errors));
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
