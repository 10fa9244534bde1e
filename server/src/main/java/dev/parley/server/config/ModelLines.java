package dev.parley.server.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is configured for models, by lines `WHAT.PROVIDER/MODEL = VALUE`.
final class ModelLines {
  private ModelLines() {}

  /// How values are written.
  interface Form<V> {
    /// What a text says; null: nothing.
    @Nullable V read(String text);
  }

  /// The values.
  ///
  /// @param prefix what all the lines begin with, such as `price.`
  /// @param expected what a line says behind the prefix, in words
  /// @param lines names without the prefix
  /// @param providers names of those that there are
  /// @param form reads a value
  /// @throws ConfigException naming the first line that cannot be used
  static <V> Map<String, V> parse(
      String prefix,
      String expected,
      Map<String, String> lines,
      Set<String> providers,
      Form<V> form)
      throws ConfigException {
    Map<String, V> values = new HashMap<>();
    for (Map.Entry<String, String> line : lines.entrySet()) {
      String name = line.getKey();
      V read = name.matches("[^/]+/.+") ? form.read(line.getValue().strip()) : null;
      if (read == null) {
        throw new ConfigException(
            "%s: \"%s\" (expected: %s%s)"
                .formatted(
                    Masked.name(prefix + name), Masked.value(line.getValue()), prefix, expected));
      }
      String provider = name.substring(0, name.indexOf('/'));
      if (!providers.contains(provider)) {
        throw new ConfigException(
            "%s: there is no provider \"%s\" (expected: one of %s)"
                .formatted(
                    Masked.name(prefix + name), Masked.chosen(provider), Masked.list(providers)));
      }
      values.put(name, read);
    }
    return values;
  }
}
