package dev.parley.core.topic;

import java.util.List;

/// What a kind of conversation allows and what it means: pure functions over immutable values. No
/// clock, no I/O, no thread; the engine asks, and does what the answer says.
///
/// @param <S> state of one topic
/// @param <C> what can be asked of it
/// @param <E> what is recorded in its journal
public interface Rules<S, C, E> {
  /// The kind that these rules are for: [TopicId#kind].
  String kind();

  /// State of a topic whose journal is empty.
  S initial(TopicId topic);

  /// About how many bytes a command holds while it waits.
  int weigh(C command);

  /// What must be looked up before a command can be decided, members that it changes included.
  List<Lookup> needs(TopicId topic, C command);

  /// Decides a command.
  ///
  /// @param state what all entries before made of the topic
  /// @param facts answers to [#needs], true at this moment
  /// @param nowMicros wall-clock time, microseconds since 1970 UTC
  Decision<E> decide(S state, C command, Facts<E> facts, long nowMicros);

  /// Whether more of a topic is about to come although nobody may listen, so that it is worth
  /// keeping in memory. Never, unless rules say otherwise.
  default boolean isBusy(S state) {
    return false;
  }

  /// State after an entry. Never fails: what was decided is applied.
  S apply(S state, long sequence, E entry);
}
