package dev.parley.server.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;

/// The lines of a configuration file, in the form of [Properties]. These know nothing of lines and
/// let the last of several win; so the file is taken apart here, and they read each line alone.
final class ConfigFile {
  private static final Pattern NOTHING = Pattern.compile("[ \\t\\f]*([#!].*)?");

  private ConfigFile() {}

  /// What a line sets.
  ///
  /// @param number of the line, or of the first of those that it goes over, from 1
  record Line(int number, String name, String text) {}

  /// All that sets something, in order.
  ///
  /// @throws ConfigException if the file cannot be read
  static List<Line> read(Path file) throws ConfigException {
    List<String> written;
    try {
      written = Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new ConfigException(
          "configuration file %s does not exist: check the path".formatted(file));
    } catch (IOException e) {
      throw new ConfigException(
          "configuration file %s cannot be read: %s (expected: lines such as listen = 0.0.0.0:50051)"
              .formatted(
                  file, e instanceof AccessDeniedException ? "access denied" : e.getMessage()));
    }
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < written.size(); i++) {
      if (NOTHING.matcher(written.get(i)).matches()) {
        continue;
      }
      int number = i + 1;
      StringBuilder whole = new StringBuilder(written.get(i));
      while (goesOn(written.get(i)) && i + 1 < written.size()) {
        i++;
        whole.append('\n').append(written.get(i));
      }
      lines.add(line(file, number, whole.toString()));
    }
    return lines;
  }

  private static boolean goesOn(String line) {
    int backslashes = 0;
    while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
      backslashes++;
    }
    return backslashes % 2 == 1;
  }

  private static Line line(Path file, int number, String whole) throws ConfigException {
    Properties one = new Properties();
    try {
      one.load(new StringReader(whole));
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException(
          "%scannot be read (expected: \\u with four hexadecimal digits behind it)"
              .formatted(ConfigErrors.at(file, number)));
    }
    String name = one.stringPropertyNames().stream().findFirst().orElse("");
    return new Line(number, name, one.getProperty(name, "").strip());
  }
}
