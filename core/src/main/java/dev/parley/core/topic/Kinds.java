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

    @SuppressWarnings("unchecked") // another kind's command is told by the exception
    int weigh(Object command) {
      return rules.weigh((C) command);
    }
  }

  private final Map<String, Kind<?, ?, ?>> byName = new HashMap<>();

  /// Adds a kind.
  public <S, C, E> Kinds with(Rules<S, C, E> rules, Codec<S, E> codec) {
    byName.put(rules.kind(), new Kind<>(rules, codec));
    return this;
  }

  /// About how many bytes a command holds while it waits; 0 for one that makes no sense, which will
  /// be refused when it is its turn.
  int weigh(TopicId topic, Object command) {
    @Nullable Kind<?, ?, ?> kind = byName.get(topic.kind());
    try {
      return kind == null ? 0 : kind.weigh(command);
    } catch (ClassCastException e) {
      return 0;
    }
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
