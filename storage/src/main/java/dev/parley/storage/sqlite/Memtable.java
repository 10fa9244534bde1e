package dev.parley.storage.sqlite;

import dev.parley.core.topic.Amendment;
import dev.parley.core.topic.Append;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.TopicId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Commits that are in the log and not in the tables, as lookups see them: what they change in what
/// the tables say.
///
/// Not thread-safe while commits are added; immutable afterwards.
final class Memtable {
  /// About how many bytes of pages a topic touches, however little is written to it: entries, ids,
  /// content, words, the topic itself.
  private static final int TOPIC_BYTES = 8 * 4096;

  /// About how many bytes of tables and indexes become of one of an entry.
  private static final int GROWTH = 3;

  /// About what a commit, and each entry in it, take in memory beside what they say.
  private static final int OBJECT_BYTES = 300;

  private final List<Commit> commits = new ArrayList<>();
  private final Map<TopicId, Changes> topics = new HashMap<>();
  private boolean profiles;
  private long bytes;

  /// What became of one topic.
  private static final class Changes {
    /// Sequence before the first entry here.
    final long before;

    final List<Entry> entries = new ArrayList<>();

    /// By author and key.
    final Map<Sender, Entry> keys = new HashMap<>();

    /// The oldest content entry with a key: where it is among the entries.
    final Map<String, Integer> contents = new HashMap<>();

    /// Bodies of earlier entries.
    final Map<Long, Amendment> amended = new HashMap<>();

    final Map<String, List<MemberChange>> members = new HashMap<>();
    boolean erased;

    Changes(long before) {
      this.before = before;
    }

    long last() {
      return before + entries.size();
    }

    @Nullable Entry at(long sequence) {
      return sequence > before && sequence <= last()
          ? entries.get((int) (sequence - before - 1))
          : null;
    }

    /// The entry as it is after what happened here.
    Entry current(Entry entry) {
      Entry own = at(entry.sequence());
      if (own != null) {
        return own;
      }
      Amendment amendment = amended.get(entry.sequence());
      return amendment == null ? entry : amendment.appliedTo(entry);
    }
  }

  private record Sender(String author, String key) {}

  /// Adds the next commit, which must follow on what is here.
  ///
  /// @param size of it as it is in the log, in bytes
  void add(Commit commit, int size) {
    commits.add(commit);
    bytes += (long) GROWTH * size + OBJECT_BYTES;
    profiles |= !commit.profiles().isEmpty();
    for (Append append : commit.appends()) {
      bytes += (long) OBJECT_BYTES * append.drafts().size();
      Changes changes = topics.get(append.topic());
      if (changes == null) {
        changes = new Changes(append.expectedLast());
        topics.put(append.topic(), changes);
        bytes += TOPIC_BYTES;
      }
      add(changes, append);
    }
  }

  private static void add(Changes changes, Append append) {
    for (Draft draft : append.drafts()) {
      String key = draft.key();
      Entry entry =
          new Entry(
              changes.last() + 1,
              draft.type(),
              draft.author(),
              key,
              draft.atMicros(),
              draft.body());
      if (key != null) {
        changes.keys.put(new Sender(draft.author(), key), entry);
        if (draft.content()) {
          changes.contents.putIfAbsent(key, changes.entries.size());
        }
      }
      changes.entries.add(entry);
    }
    for (Amendment amendment : append.amendments()) {
      Entry own = changes.at(amendment.sequence());
      if (own == null) {
        changes.amended.put(amendment.sequence(), amendment);
      } else {
        changes.entries.set(
            (int) (amendment.sequence() - changes.before - 1), amendment.appliedTo(own));
      }
    }
    for (MemberChange change : append.members()) {
      changes.members.computeIfAbsent(change.user(), _ -> new ArrayList<>(1)).add(change);
    }
    changes.erased |= append.erased();
  }

  /// Number of the last commit.
  long last() {
    return commits.getLast().number();
  }

  /// In their order.
  List<Commit> commits() {
    return commits;
  }

  boolean isEmpty() {
    return commits.isEmpty();
  }

  /// About how many bytes of pages have to be written to carry all of it into the tables.
  long bytes() {
    return bytes;
  }

  /// Whether anything of a topic is among what changed.
  boolean concerns(TopicId topic) {
    return topics.containsKey(topic);
  }

  /// Whether members of a topic are among what changed.
  boolean changesMembers(TopicId topic) {
    Changes changes = topics.get(topic);
    return changes != null && (changes.erased || !changes.members.isEmpty());
  }

  /// Whether entries of a topic, after one sequence and before another, are among what is new or
  /// changed.
  boolean changesEntries(TopicId topic, long after, long before) {
    Changes changes = topics.get(topic);
    if (changes == null) {
      return false;
    }
    return changes.erased
        || (before - 1 > changes.before && after < changes.last())
        || changes.amended.keySet().stream().anyMatch(it -> it > after && it < before);
  }

  /// Whether it changes the answer to a lookup.
  boolean concerns(Lookup lookup) {
    return switch (lookup) {
      case Lookup.OfEntry of -> concerns(of.topic());
      case Lookup.OfMember of -> changesMembers(of.topic());
    };
  }

  /// Whether users' profiles are among what changed.
  boolean hasProfiles() {
    return profiles;
  }

  boolean erased(TopicId topic) {
    Changes changes = topics.get(topic);
    return changes != null && changes.erased;
  }

  /// Sequence of a topic's last entry; null: nothing is known of it here.
  @Nullable Long last(TopicId topic) {
    Changes changes = topics.get(topic);
    return changes == null ? null : changes.last();
  }

  /// The answer to a lookup, after what happened here.
  ///
  /// @param before the answer without it; null: none
  @Nullable Entry entry(Lookup.OfEntry lookup, @Nullable Entry before) {
    Changes changes = topics.get(lookup.topic());
    if (changes == null) {
      return before;
    }
    Entry found =
        switch (lookup) {
          case Lookup.ByKey by -> {
            Entry own = changes.keys.get(new Sender(by.author(), by.key()));
            yield own == null ? before : own;
          }
          case Lookup.ByAnyKey by -> {
            Integer own = changes.contents.get(by.key());
            yield before != null || own == null ? before : changes.entries.get(own);
          }
          case Lookup.At at -> {
            Entry own = changes.at(at.sequence());
            yield own == null ? before : own;
          }
        };
    return changes.erased || found == null ? null : changes.current(found);
  }

  /// The same for a user's membership.
  @Nullable Member member(Lookup.OfMember lookup, @Nullable Member before) {
    Changes changes = topics.get(lookup.topic());
    if (changes == null) {
      return before;
    }
    if (changes.erased) {
      return null;
    }
    Member member = before;
    for (MemberChange change : changes.members.getOrDefault(lookup.user(), List.of())) {
      member = change.appliedTo(member);
    }
    return member;
  }
}
