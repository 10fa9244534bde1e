package dev.parley.server.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What lines `WHAT.NAME.OPTION = VALUE` have in common.
final class NamedLines {
  /// How names that are chosen are written.
  static final String NAME = "[a-z0-9][a-z0-9_-]{0,63}";

  private NamedLines() {}

  /// The options of each name. An option is empty where nothing follows the name.
  ///
  /// @param prefix what all the lines begin with, such as `provider.`
  /// @param example of a line's name
  /// @param lines names without the prefix
  /// @param errors gets the lines whose names are none
  static Map<String, Map<String, String>> byName(
      String prefix, String example, Map<String, String> lines, ConfigErrors errors) {
    Map<String, Map<String, String>> byName = new TreeMap<>();
    lines.forEach(
        (line, text) -> {
          int dot = line.indexOf('.');
          String name = dot < 0 ? "" : line.substring(0, dot);
          if (name.matches(NAME)) {
            byName
                .computeIfAbsent(name, _ -> new HashMap<>())
                .put(line.substring(dot + 1), text.strip());
          } else {
            errors.add(
                prefix + line,
                "no such setting (expected: %s and the like, NAME of small letters, digits, - and _)"
                    .formatted(example));
          }
        });
    return byName;
  }

  /// The names alone.
  ///
  /// @param lines as [#byName] takes them
  static Set<String> names(Map<String, String> lines) {
    return lines.keySet().stream()
        .map(line -> line.replaceFirst("\\..*", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /// What a line says.
  ///
  /// @param where its name
  /// @return what is not to be used if it is wrong
  static long number(String where, String text, long min, long max, ConfigErrors errors) {
    try {
      long number = Long.parseLong(text.strip());
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below, as whatever else is no such number
    }
    errors.add(where, "\"%s\" (expected: %d to %d)".formatted(Masked.value(text), min, max));
    return min;
  }
}
