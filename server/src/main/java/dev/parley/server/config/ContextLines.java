package dev.parley.server.config;

import dev.parley.core.limit.Limits;
import dev.parley.models.ByModel;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How much of a session models are shown, as it is configured by lines `context.PROVIDER/MODEL =
/// TOKENS`.
final class ContextLines {
  /// What all these lines begin with.
  static final String PREFIX = "context.";

  /// Less would hold little more than a question.
  private static final int MIN_TOKENS = 256;

  private static final String EXPECTED =
      "PROVIDER/MODEL = tokens of a session that the model is shown, %d to %d"
          .formatted(MIN_TOKENS, Limits.MAX_CONTEXT_TOKENS);

  private ContextLines() {}

  /// The table.
  ///
  /// @param lines names without [#PREFIX]
  /// @param providers names of those that there are
  /// @param errors gets what of the lines cannot be used
  static ByModel<Integer> parse(
      Map<String, String> lines, Set<String> providers, ConfigErrors errors) {
    return new ByModel<>(
        ModelLines.parse(PREFIX, EXPECTED, lines, providers, ContextLines::tokens, errors));
  }

  private static @Nullable Integer tokens(String text) {
    int tokens = text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
    return tokens < MIN_TOKENS || tokens > Limits.MAX_CONTEXT_TOKENS ? null : tokens;
  }
}
