package dev.parley.core.topic;

import java.util.Map;

/// Answers to lookups; a lookup without an answer is not in the map.
public record Found(Map<Lookup.OfEntry, Entry> entries, Map<Lookup.OfMember, Member> members) {
  /// No answers.
  public static final Found NOTHING = new Found(Map.of(), Map.of());
}
