package dev.parley.storage.sqlite;

import dev.parley.core.topic.Append;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.TopicId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// What lookups found that is so until the journal's own next commits change it: who talks is
/// looked up again with each thing that he says. Owned by the journal's thread.
final class Remembered {
  /// Numbers of topics, and members, to remember: those that were asked for last.
  private static final int MAX_TOPICS = 8_192;
  private static final int MAX_MEMBERS = 8_192;

  /// Most free keys to remember; a batch looks up fewer.
  private static final int MAX_FREE = 10_000;

  private final Map<TopicId, Long> topics = newest(MAX_TOPICS);
  private final Map<Lookup.OfMember, Member> members = newest(MAX_MEMBERS);
  private final Set<Lookup.ByKey> free = new HashSet<>();

  private static <K, V> Map<K, V> newest(int max) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > max;
      }
    };
  }

  /// Numbers of topics that live; to be added to.
  Map<TopicId, Long> topics() {
    return topics;
  }

  /// The members among what is asked for that are known.
  Map<Lookup.OfMember, Member> members(Iterable<? extends Lookup> lookups) {
    Map<Lookup.OfMember, Member> known = new HashMap<>();
    for (Lookup lookup : lookups) {
      Member member = lookup instanceof Lookup.OfMember of ? members.get(of) : null;
      if (member != null) {
        known.put((Lookup.OfMember) lookup, member);
      }
    }
    return known;
  }

  void member(Lookup.OfMember lookup, Member found) {
    members.put(lookup, found);
  }

  /// Keys that nobody has used yet, as lookups since the last commit have found.
  Set<Lookup.ByKey> free() {
    return free;
  }

  void free(Lookup.ByKey key) {
    if (free.size() == MAX_FREE) {
      free.clear();
    }
    free.add(key);
  }

  /// Forgets what a commit changed, or may have changed.
  void changed(Iterable<Append> appends) {
    free.clear();
    for (Append append : appends) {
      for (MemberChange change : append.members()) {
        members.remove(new Lookup.OfMember(append.topic(), change.user()));
      }
      if (append.erased()) {
        topics.remove(append.topic());
        members.keySet().removeIf(lookup -> lookup.topic().equals(append.topic()));
      }
    }
  }

  void forget() {
    topics.clear();
    members.clear();
    free.clear();
  }
}
