package dev.parley.core.topic;

import dev.parley.core.limit.Limits;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The kinds of conversation that an engine knows: rules and codec of each. Immutable once handed
/// to an engine.
public final class Kinds {
  private record Kind<S, C, E>(Rules<S, C, E> rules, Codec<S, E> codec) {
    LiveTopic<S, C, E> topic(TopicId id, Limits.Tunable limits) {
      return new LiveTopic<>(id, rules, codec, limits);
    }
  }

  private final Map<String, Kind<?, ?, ?>> byName = new HashMap<>();

  /// Adds a kind.
  public <S, C, E> Kinds with(Rules<S, C, E> rules, Codec<S, E> codec) {
    byName.put(rules.kind(), new Kind<>(rules, codec));
    return this;
  }

  LiveTopic<?, ?, ?> topic(TopicId id, Limits.Tunable limits) {
    @Nullable Kind<?, ?, ?> kind = byName.get(id.kind());
    if (kind == null) {
      throw new IllegalArgumentException(
          "kind of topic: " + id.kind() + " (expected: one of " + byName.keySet() + ")");
    }
    return kind.topic(id, limits);
  }
}
