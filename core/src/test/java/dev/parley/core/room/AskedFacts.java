package dev.parley.core.room;

import dev.parley.core.topic.Facts;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.TopicId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Facts that note what was looked up without having been asked for: the engine has no answer then.
final class AskedFacts implements Facts<RoomEntry> {
  private static final TopicId ROOM = RoomRules.topic("attic");

  private final Facts<RoomEntry> facts;
  private final Set<Lookup> needs;
  final List<Lookup> unasked = new ArrayList<>();

  AskedFacts(Facts<RoomEntry> facts, List<Lookup> needs) {
    this.facts = facts;
    this.needs = Set.copyOf(needs);
  }

  private void note(Lookup lookup) {
    if (!needs.contains(lookup)) {
      unasked.add(lookup);
    }
  }

  @Override
  public Known<RoomEntry> byKey(String author, String key) {
    note(new Lookup.ByKey(ROOM, author, key));
    return facts.byKey(author, key);
  }

  @Override
  public Known<RoomEntry> byAnyKey(String key) {
    note(new Lookup.ByAnyKey(ROOM, key));
    return facts.byAnyKey(key);
  }

  @Override
  public Known<RoomEntry> at(long sequence) {
    note(new Lookup.At(ROOM, sequence));
    return facts.at(sequence);
  }

  @Override
  public Member member(String user) {
    note(new Lookup.OfMember(ROOM, user));
    return facts.member(user);
  }

  @Override
  public boolean present(String user) {
    return facts.present(user);
  }

  @Override
  public int online() {
    return facts.online();
  }

  @Override
  public long lastSequence() {
    return facts.lastSequence();
  }
}
