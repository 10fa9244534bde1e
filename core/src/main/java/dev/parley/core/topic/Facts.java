package dev.parley.core.topic;

import org.jspecify.annotations.Nullable;

/// What is known when a command is decided: answers to its lookups, from what is committed and from
/// what earlier commands of the same batch decided. Only valid during the call that it is given to.
///
/// @param <E> what is recorded in the topic's journal
public interface Facts<E> {
  /// The entry that an author sent under a key; null if there is none.
  @Nullable Known<E> byKey(String author, String key);

  /// The oldest content of any author with a key; null if there is none.
  @Nullable Known<E> byAnyKey(String key);

  /// The entry at a sequence; null if there is none.
  @Nullable Known<E> at(long sequence);

  /// A user's membership; null if there is none.
  @Nullable Member member(String user);

  /// Whether a user listens to the topic now.
  boolean present(String user);

  /// How many users listen to the topic now.
  int online();

  /// Sequence of the topic's newest entry.
  long lastSequence();

  /// An entry that is known.
  ///
  /// @param entry as it is stored
  /// @param content what it means
  record Known<E>(Entry entry, E content) {}
}
