package dev.parley.core.topic;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The facts of one batch, for all its topics: what the journal answered, overlaid with what the
/// batch has decided so far. The journal is asked bit by bit, and what the batch decided counts for
/// more than what it answers afterwards. Owned by the engine's thread; lives for one batch.
final class BatchFacts {
  /// Each entry once, by its place, so that rewriting it is seen whatever it is asked for by.
  private final Map<Lookup.At, Entry> entries = new HashMap<>();

  private final Map<Lookup.OfEntry, Lookup.At> places = new HashMap<>();

  /// Null: known to be none.
  private final Map<Lookup.OfMember, @Nullable Member> members = new HashMap<>();

  private long bytes;

  /// Takes in what the journal answered.
  void add(Found found) {
    found.entries().forEach(this::put);
    found
        .members()
        .forEach(
            (lookup, member) -> {
              if (!members.containsKey(lookup)) {
                members.put(lookup, member);
              }
            });
  }

  /// Bytes of the entries that the batch has read or is to write.
  long bytes() {
    return bytes;
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
    if (entries.putIfAbsent(place, entry) == null) {
      bytes += entry.body().length;
    }
    places.merge(lookup, place, (one, other) -> one.sequence() < other.sequence() ? one : other);
  }

  /// Takes a decided rewriting in.
  void amend(TopicId topic, Amendment amendment) {
    Lookup.At place = new Lookup.At(topic, amendment.sequence());
    Entry before = entries.get(place);
    bytes += amendment.body().length;
    if (before != null) {
      bytes -= before.body().length;
      entries.put(place, amendment.appliedTo(before));
    }
  }

  void change(TopicId topic, MemberChange change) {
    Lookup.OfMember lookup = new Lookup.OfMember(topic, change.user());
    Member before = members.get(lookup);
    if (before != null || !(change instanceof MemberChange.Read)) {
      members.put(lookup, change.appliedTo(before));
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
