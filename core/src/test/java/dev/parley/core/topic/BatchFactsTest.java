package dev.parley.core.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class BatchFactsTest {
  private static final TopicId ROOM = new TopicId("room", "a");
  private static final TopicId OTHER = new TopicId("room", "b");

  private static Entry entry(long sequence, String author, String key) {
    return new Entry(sequence, 1, author, key, 0, new byte[] {1});
  }

  private static BatchFacts of(Found found) {
    BatchFacts facts = new BatchFacts();
    facts.add(found);
    return facts;
  }

  @Test
  void decidedEntryIsFoundByEverythingThatNamesIt() {
    BatchFacts facts = new BatchFacts();
    Entry entry = entry(7, "alice", "m1");
    facts.add(ROOM, entry, true);
    assertThat(facts.entry(new Lookup.At(ROOM, 7))).isSameAs(entry);
    assertThat(facts.entry(new Lookup.ByKey(ROOM, "alice", "m1"))).isSameAs(entry);
    assertThat(facts.entry(new Lookup.ByAnyKey(ROOM, "m1"))).isSameAs(entry);
    assertThat(facts.entry(new Lookup.ByKey(ROOM, "bob", "m1"))).isNull();
    assertThat(facts.entry(new Lookup.At(OTHER, 7))).isNull();
  }

  @Test
  void whatIsNoContentIsFoundByItsAuthorsKeyOnly() {
    BatchFacts facts = new BatchFacts();
    facts.add(ROOM, entry(7, "alice", "e1"), false);
    assertThat(facts.entry(new Lookup.ByKey(ROOM, "alice", "e1"))).isNotNull();
    assertThat(facts.entry(new Lookup.ByAnyKey(ROOM, "e1"))).isNull();
  }

  @Test
  void oldestContentOfAKeyIsWhatItNames() {
    Entry old = entry(3, "alice", "1");
    BatchFacts facts = of(new Found(Map.of(new Lookup.ByAnyKey(ROOM, "1"), old), Map.of()));
    Entry decided = entry(9, "bob", "1");
    facts.add(ROOM, decided, true);
    assertThat(facts.entry(new Lookup.ByAnyKey(ROOM, "1"))).isSameAs(old);
    assertThat(facts.entry(new Lookup.ByKey(ROOM, "bob", "1"))).isSameAs(decided);

    facts.add(ROOM, entry(10, "alice", "2"), true);
    facts.add(ROOM, entry(11, "bob", "2"), true);
    assertThat(facts.entry(new Lookup.ByAnyKey(ROOM, "2")).author()).isEqualTo("alice");
  }

  @Test
  void rewritingIsSeenWhateverTheEntryIsAskedForBy() {
    Entry old = entry(3, "alice", "1");
    BatchFacts facts =
        of(
            new Found(
                Map.of(
                    new Lookup.ByAnyKey(ROOM, "1"), old,
                    new Lookup.ByKey(ROOM, "alice", "1"), old,
                    new Lookup.At(OTHER, 3), old),
                Map.of()));
    facts.amend(ROOM, new Amendment(3, new byte[] {2}, null));
    facts.amend(ROOM, new Amendment(4, new byte[] {2}, null));
    assertThat(facts.entry(new Lookup.ByAnyKey(ROOM, "1")).body()).containsExactly(2);
    assertThat(facts.entry(new Lookup.ByKey(ROOM, "alice", "1")).body()).containsExactly(2);
    assertThat(facts.entry(new Lookup.At(OTHER, 3)).body()).containsExactly(1);
    assertThat(facts.entry(new Lookup.At(ROOM, 4))).isNull();
  }

  @Test
  void membershipFollowsTheBatch() {
    Member bob = new Member("bob", Role.MEMBER, 5, 2);
    BatchFacts facts = of(new Found(Map.of(), Map.of(new Lookup.OfMember(ROOM, "bob"), bob)));
    facts.change(ROOM, new MemberChange.Put("bob", Role.OWNER, 9));
    assertThat(facts.member(ROOM, "bob")).isEqualTo(new Member("bob", Role.OWNER, 5, 2));
    facts.change(ROOM, new MemberChange.Read("bob", 7));
    facts.change(ROOM, new MemberChange.Read("bob", 6));
    assertThat(facts.member(ROOM, "bob")).isEqualTo(new Member("bob", Role.OWNER, 5, 7));
    facts.change(ROOM, new MemberChange.Remove("bob"));
    facts.change(ROOM, new MemberChange.Read("bob", 9));
    assertThat(facts.member(ROOM, "bob")).isNull();
    facts.change(ROOM, new MemberChange.Put("bob", Role.MEMBER, 9));
    assertThat(facts.member(ROOM, "bob")).isEqualTo(new Member("bob", Role.MEMBER, 9, 0));
    assertThat(facts.member(OTHER, "bob")).isNull();
  }

  @Test
  void whatTheBatchDecidedCountsForMoreThanWhatTheJournalAnswersLater() {
    Member bob = new Member("bob", Role.MEMBER, 5, 2);
    Found found =
        new Found(
            Map.of(new Lookup.At(ROOM, 3), entry(3, "alice", "1")),
            Map.of(new Lookup.OfMember(ROOM, "bob"), bob));
    BatchFacts facts = of(found);
    facts.amend(ROOM, new Amendment(3, new byte[] {2}, null));
    facts.change(ROOM, new MemberChange.Remove("bob"));
    facts.add(found);
    assertThat(facts.entry(new Lookup.At(ROOM, 3)).body()).containsExactly(2);
    assertThat(facts.member(ROOM, "bob")).isNull();
  }

  @Test
  void bytesAreThoseOfEachEntryOnceAsItIsNow() {
    Entry old = entry(3, "alice", "1");
    BatchFacts facts =
        of(
            new Found(
                Map.of(new Lookup.At(ROOM, 3), old, new Lookup.ByKey(ROOM, "alice", "1"), old),
                Map.of()));
    assertThat(facts.bytes()).isEqualTo(1);
    facts.add(ROOM, entry(4, "bob", "2"), true);
    assertThat(facts.bytes()).isEqualTo(2);
    facts.amend(ROOM, new Amendment(3, new byte[10], null));
    facts.amend(ROOM, new Amendment(3, new byte[20], null));
    assertThat(facts.bytes()).isEqualTo(21);
    facts.amend(ROOM, new Amendment(1, new byte[100], null));
    assertThat(facts.bytes()).as("one that was not read").isEqualTo(121);
  }
}
