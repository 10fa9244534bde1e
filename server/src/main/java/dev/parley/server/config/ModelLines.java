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
  /// @param errors gets what of the lines cannot be used
  static <V> Map<String, V> parse(
      String prefix,
      String expected,
      Map<String, String> lines,
      Set<String> providers,
      Form<V> form,
      ConfigErrors errors) {
    Map<String, V> values = new HashMap<>();
    for (Map.Entry<String, String> line : lines.entrySet()) {
      String name = line.getKey();
      V read = name.matches("[^/]+/.+") ? form.read(line.getValue().strip()) : null;
      String provider = name.replaceFirst("/.*", "");
      if (read == null) {
        errors.add(
            prefix + name,
            "\"%s\" (expected: %s%s)".formatted(Masked.value(line.getValue()), prefix, expected));
      } else if (!providers.contains(provider)) {
        errors.add(
            prefix + name,
            "there is no provider \"%s\" (expected: one of %s)"
                .formatted(Masked.chosen(provider), Masked.list(providers)));
      } else {
        values.put(name, read);
      }
    }
    return values;
  }
}
