package dev.parley.models;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is set for models, by `PROVIDER/MODEL` or by how that begins, followed by `*`; of several
/// that fit the whole name wins, then the longest beginning. Immutable, thread-safe.
///
/// @param <V> what is set
public final class ByModel<V> {
  private static final String ANY_END = "*";

  private final Map<String, V> exact = new TreeMap<>();
  private final Map<String, V> beginnings = new TreeMap<>();

  /// @param values by name
  public ByModel(Map<String, V> values) {
    values.forEach(
        (name, value) -> {
          if (name.endsWith(ANY_END)) {
            beginnings.put(name.substring(0, name.length() - 1), value);
          } else {
            exact.put(name, value);
          }
        });
  }

  /// What is set for a model, as `PROVIDER/MODEL`; null: nothing is.
  public @Nullable V of(String model) {
    V found = exact.get(model);
    int length = -1;
    if (found == null) {
      for (Map.Entry<String, V> beginning : beginnings.entrySet()) {
        if (model.startsWith(beginning.getKey()) && beginning.getKey().length() > length) {
          found = beginning.getValue();
          length = beginning.getKey().length();
        }
      }
    }
    return found;
  }
}
