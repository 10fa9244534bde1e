package dev.parley.bench.provider;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How a question is answered, chosen by the model's name.
public enum Behaviour {
  /// In full, at the pace.
  OK,
  /// Not at all: the question is taken, and nothing is said.
  SILENT,
  /// Half of it, then the connection is closed.
  CUT,
  /// Half of it, then nothing.
  STALL,
  /// Half of it, then an event that tells of an error, and the end.
  ERROR,
  /// Half of it, then an event that is no JSON, then the rest.
  BROKEN,
  /// With status 429 and `Retry-After`.
  BUSY,
  /// With status 500.
  FAIL;

  /// The model's name.
  public String model() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The one that a model's name stands for; null: none.
  static @Nullable Behaviour of(String model) {
    for (Behaviour behaviour : values()) {
      if (behaviour.model().equals(model)) {
        return behaviour;
      }
    }
    return null;
  }
}
