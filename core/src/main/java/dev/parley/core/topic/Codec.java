package dev.parley.core.topic;

import java.util.List;

/// Port: how a kind of conversation is written down. Pure; what it wrote once it reads for ever.
///
/// @param <S> state of one topic
/// @param <E> what is recorded in its journal
public interface Codec<S, E> {
  /// An entry as it is to be journaled.
  ///
  /// @param sequence the place that it gets
  /// @param atMicros server time of the decision, microseconds since 1970 UTC
  Encoded encode(TopicId topic, long sequence, E entry, long atMicros);

  /// The entry that was journaled.
  E decode(TopicId topic, Entry entry);

  byte[] encodeState(S state);

  S decodeState(TopicId topic, byte[] state);

  /// An entry written down, and the earlier ones that it rewrites.
  record Encoded(Draft draft, List<Amendment> amendments) {}
}
