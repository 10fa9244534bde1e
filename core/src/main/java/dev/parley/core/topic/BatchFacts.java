package dev.parley.core.topic;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The facts of one batch, for all its topics: what the journal answered, overlaid with what the
/// batch has decided so far. Owned by the engine's thread; lives for one batch.
final class BatchFacts {
  /// Each entry once, by its place, so that rewriting it is seen whatever it is asked for by.
  private final Map<Lookup.At, Entry> entries = new HashMap<>();

  private final Map<Lookup.OfEntry, Lookup.At> places = new HashMap<>();
  private final Map<Lookup.OfMember, Member> members;

  BatchFacts(Found found) {
    found.entries().forEach(this::put);
    members = new HashMap<>(found.members());
  }

  /// Takes a decided entry in, as if it were committed.
  void add(TopicId topic, Entry entry, boolean content) {
    put(new Lookup.At(topic, entry.sequence()), entry);
    String key = entry.key();
    if (key != null) {
      put(new Lookup.ByKey(topic, entry.author(), key), entry);
      if (content) {
        put(new Lookup.ByAnyKey(topic, key), entry);
      }
    }
  }

  /// Where several entries answer a lookup ([Lookup.ByAnyKey]), the oldest does.
  private void put(Lookup.OfEntry lookup, Entry entry) {
    Lookup.At place = new Lookup.At(lookup.topic(), entry.sequence());
    entries.put(place, entry);
    places.merge(lookup, place, (one, other) -> one.sequence() < other.sequence() ? one : other);
  }

  /// Takes a decided rewriting in, if its entry is known.
  void amend(TopicId topic, Amendment amendment) {
    entries.computeIfPresent(
        new Lookup.At(topic, amendment.sequence()), (_, entry) -> Tail.amended(entry, amendment));
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
      case MemberChange.Remove _ -> members.remove(lookup);
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
    Lookup.At place = places.get(lookup);
    return place == null ? null : entries.get(place);
  }

  @Nullable Member member(TopicId topic, String user) {
    return members.get(new Lookup.OfMember(topic, user));
  }
}
