package dev.parley.core.topic;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The facts of one batch, for all its topics: what the journal answered, overlaid with what the
/// batch has decided so far. Owned by the engine's thread; lives for one batch.
final class BatchFacts {
  private final Map<Lookup.OfEntry, Entry> entries;
  private final Map<Lookup.OfMember, Member> members;

  BatchFacts(Found found) {
    entries = new HashMap<>(found.entries());
    members = new HashMap<>(found.members());
  }

  /// Takes a decided entry in, as if it were committed.
  void add(TopicId topic, Entry entry, boolean content) {
    entries.put(new Lookup.At(topic, entry.sequence()), entry);
    String key = entry.key();
    if (key != null) {
      entries.put(new Lookup.ByKey(topic, entry.author(), key), entry);
      if (content) {
        entries.put(new Lookup.ByAnyKey(topic, key), entry);
      }
    }
  }

  /// Takes a decided rewriting in, wherever its entry is known.
  void amend(TopicId topic, Amendment amendment) {
    for (Map.Entry<Lookup.OfEntry, Entry> known : entries.entrySet()) {
      if (known.getValue().sequence() == amendment.sequence()
          && known.getKey().topic().equals(topic)) {
        known.setValue(Tail.amended(known.getValue(), amendment));
      }
    }
  }

  void change(TopicId topic, MemberChange change) {
    Lookup.OfMember lookup = new Lookup.OfMember(topic, change.user());
    Member before = members.get(lookup);
    switch (change) {
      case MemberChange.Put put ->
          members.put(
              lookup,
              before == null
                  ? new Member(put.user(), put.role(), put.atMicros(), 0)
                  : new Member(
                      put.user(), put.role(), before.joinedAtMicros(), before.readSequence()));
      case MemberChange.Remove remove -> members.remove(lookup);
      case MemberChange.Read read -> {
        if (before != null && read.sequence() > before.readSequence()) {
          members.put(
              lookup,
              new Member(read.user(), before.role(), before.joinedAtMicros(), read.sequence()));
        }
      }
    }
  }

  @Nullable Entry entry(Lookup.OfEntry lookup) {
    return entries.get(lookup);
  }

  @Nullable Member member(TopicId topic, String user) {
    return members.get(new Lookup.OfMember(topic, user));
  }
}
