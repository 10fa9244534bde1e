package dev.parley.core.topic;

import dev.parley.core.limit.Limits;
import dev.parley.core.user.Profile;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Port: reading what is committed and durable. Thread-safe; every call blocks, and sees at least
/// everything whose commit returned before the call began, and nothing that a crash could take
/// back.
public interface JournalReader {
  /// See [Journal#epoch].
  long epoch();

  /// What is stored of a topic; null if there is no such topic.
  @Nullable TopicHead head(TopicId topic) throws JournalException;

  /// See [Journal#find].
  Found find(Collection<? extends Lookup> lookups) throws JournalException;

  /// Entries of all types after one sequence and up to another (both by sequence, the second
  /// included), ascending, without gap; fewer when a bound is met, at least one if there is any.
  List<Entry> read(TopicId topic, long after, long upTo, int maxEntries, int maxBytes)
      throws JournalException;

  /// What was said, entries of type content only, ascending; fewer when a bound is met, at least
  /// one if there is any.
  ///
  /// @param topic the topic
  /// @param after only entries with a greater sequence
  /// @param before only entries with a smaller sequence; `Long.MAX_VALUE`: up to the newest
  /// @param parent only answers to the entry with this key; null: everything
  /// @param maxEntries most entries wanted
  /// @param maxBytes most bytes of all bodies together
  List<Entry> page(
      TopicId topic, long after, long before, @Nullable String parent, int maxEntries, int maxBytes)
      throws JournalException;

  /// Where the newest `count` content entries before a sequence begin: the sequence of the oldest
  /// of them, which may be fewer; 0: there are none.
  ///
  /// @param before only entries with a smaller sequence; `Long.MAX_VALUE`: up to the newest
  /// @param parent only answers to the entry with this key; null: everything
  long oldestOf(int count, TopicId topic, long before, @Nullable String parent)
      throws JournalException;

  /// Topics of a kind that are listed or have the viewer as a member, by name; erased ones never.
  ///
  /// @param viewer whose memberships and unread counts are wanted
  /// @param joinedOnly only topics with the viewer as a member
  /// @param afterName only names greater than this, as UTF-8 bytes; empty: from the first
  List<Listing> topics(String kind, String viewer, boolean joinedOnly, String afterName, int limit)
      throws JournalException;

  /// Topics of a kind that have the viewer as a member, by name, the greatest first; erased ones
  /// never.
  ///
  /// @param beforeName only names smaller than this, as UTF-8 bytes; empty: from the last
  List<Listing> topicsBackwards(String kind, String viewer, String beforeName, int limit)
      throws JournalException;

  /// One topic as [#topics] would list it, listed or not; null if there is none or it is erased.
  @Nullable Listing topic(TopicId topic, String viewer) throws JournalException;

  /// How many members a topic has; 0 if there is none or it is erased.
  int memberCount(TopicId topic) throws JournalException;

  /// Members by user id.
  ///
  /// @param afterUser only ids greater than this, as UTF-8 bytes; empty: from the first
  List<Member> members(TopicId topic, String afterUser, int limit) throws JournalException;

  /// Entries of one topic by the words in them, newest first.
  ///
  /// @param author only by this author; null: by anyone
  /// @param before only entries with a smaller sequence
  List<Entry> search(
      TopicId topic, SearchWords words, @Nullable String author, long before, int limit)
      throws JournalException;

  /// Stored profiles of users; those who are not known are not in the map.
  Map<String, Profile> profiles(Collection<String> users) throws JournalException;

  /// A topic in a list, and the viewer's relation to it.
  ///
  /// @param head the topic
  /// @param members how many members it has
  /// @param membership the viewer's membership; null: none
  /// @param unread content entries by others after the viewer's read position, among the topic's
  ///     newest [Limits#MAX_UNREAD]; 0 without membership
  record Listing(TopicHead head, int members, @Nullable Member membership, int unread) {}
}
