package dev.parley.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What is wrong with a configuration, gathered so that all of it is told at once, in the order of
/// the file. For one thread.
final class ConfigErrors {
  private static final int MAX_TOLD = 10;

  private final @Nullable Path file;
  private final Map<String, Integer> lines;
  private final List<Wrong> wrong = new ArrayList<>();

  /// @param line 0: it is not of the file
  private record Wrong(int line, String message) {}

  /// @param file null: there is none
  /// @param lines numbers of its lines, by name
  ConfigErrors(@Nullable Path file, Map<String, Integer> lines) {
    this.file = file;
    this.lines = Map.copyOf(lines);
  }

  /// That there is no such setting, and which one was meant, or else which there are.
  ///
  /// @param words those that there are
  /// @param expected told where none of them is meant
  static String unknown(String typed, Collection<String> words, String expected) {
    return words.stream()
        .filter(word -> Slips.isSlip(typed, word))
        .findFirst()
        .map("no such setting (did you mean %s?)"::formatted)
        .orElse("no such setting (expected%s)".formatted(expected));
  }

  /// Keeps that a setting is wrong.
  ///
  /// @param setting name of its line
  /// @param problem told behind the name; may hold of what is written only what [Masked] tells
  void add(String setting, String problem) {
    add(lines.getOrDefault(setting, 0), setting, problem);
  }

  /// Keeps that a line of the file is wrong.
  void add(int line, String setting, String problem) {
    wrong.add(new Wrong(line, Masked.name(setting) + ": " + problem));
  }

  /// Keeps that there is no line for a setting, where there are others that begin as it does.
  void addMissing(String setting, String expected) {
    String beginning = setting.substring(0, setting.lastIndexOf('.') + 1);
    int first =
        lines.entrySet().stream()
            .filter(line -> line.getKey().startsWith(beginning))
            .mapToInt(Map.Entry::getValue)
            .min()
            .orElse(0);
    add(first, setting, "missing (expected: %s)".formatted(expected));
  }

  /// Whether a setting is as a line of the file says.
  boolean isOfFile(String setting) {
    return lines.containsKey(setting);
  }

  boolean isEmpty() {
    return wrong.isEmpty();
  }

  /// @throws ConfigException with what is wrong, if anything is
  void throwIfAny() throws ConfigException {
    if (wrong.isEmpty()) {
      return;
    }
    String told =
        wrong.stream()
            .sorted(Comparator.comparingInt(Wrong::line))
            .limit(MAX_TOLD)
            .map(one -> one.line == 0 ? one.message : at(file, one.line) + one.message)
            .collect(Collectors.joining("\n"));
    int more = wrong.size() - MAX_TOLD;
    throw new ConfigException(more > 0 ? "%s\nand %d more".formatted(told, more) : told);
  }

  /// What begins a message about a line.
  static String at(@Nullable Path file, int line) {
    return "%s:%d: ".formatted(file, line);
  }
}
