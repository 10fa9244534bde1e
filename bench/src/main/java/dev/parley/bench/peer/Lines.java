package dev.parley.bench.peer;

import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// What a run's processes tell each other, a line each: a word, and for some words JSON behind it.
///
/// A child says `at MOMENT`, `ends {…}`, `progress {…}`, at last `shard {…}` or `failed WHY`; the
/// parent says `go`, `ends {…}` and `cut`.
final class Lines {
  static final String AT = "at ";
  static final String ENDS = "ends ";
  static final String PROGRESS = "progress ";
  static final String SHARD = "shard ";
  static final String FAILED = "failed ";
  static final String GO = "go";
  static final String CUT = "cut";

  private static final JsonMapper MAPPER = new JsonMapper();

  private Lines() {}

  static String of(String word, Object value) {
    return word + MAPPER.writeValueAsString(value);
  }

  static <T> T value(String word, String line, TypeReference<T> type) {
    return MAPPER.readValue(line.substring(word.length()), type);
  }
}
