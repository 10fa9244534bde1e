package dev.parley.core.topic;

import dev.parley.core.user.Profile;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Port: the ordered, durable record of all topics, as its single writer sees it.
///
/// Not thread-safe: all calls come from the engine's thread, each sees what the calls before it
/// committed. Everything blocks.
public interface Journal {
  /// Number that changes whenever the journal is restored from a backup; never 0.
  long epoch();

  /// What is stored of a topic; null if there is no such topic.
  @Nullable TopicHead head(TopicId topic) throws JournalException;

  /// Answers lookups from what is committed. Erased topics have no entries and no members.
  Found find(Collection<? extends Lookup> lookups) throws JournalException;

  /// Entries after a sequence, ascending, without gap, of all types; fewer than asked for when a
  /// bound is met, at least one if there is any. Of an erased topic none.
  ///
  /// @param maxBytes most bytes of all bodies together
  List<Entry> read(TopicId topic, long after, int maxEntries, int maxBytes) throws JournalException;

  /// Commits all appends and profiles, or none; returns when they are as durable as the journal
  /// makes anything. Several appends to one topic are not allowed. On an exception nothing of it is
  /// visible, to this call's successors or to readers (or all of it, where it is only its success
  /// that could not be told), and the journal can be used further.
  ///
  /// @throws JournalException of kind CONFLICT if an `expectedLast` is not the end of its journal,
  ///     or the topic is erased; of kind BROKEN if an author's key is not new, or an entry to amend
  ///     does not exist
  /// @throws IllegalArgumentException if there are several appends to one topic
  void commit(List<Append> appends, List<Profile> profiles) throws JournalException;

  /// Writes something that means nothing, durably, to learn whether commits work (again).
  void probe() throws JournalException;

  /// Removes a bounded amount of what erased topics left behind, in a transaction of its own.
  ///
  /// @param maxEntries how many entries to remove at most
  /// @return whether there is more to remove
  boolean reap(int maxEntries) throws JournalException;
}
