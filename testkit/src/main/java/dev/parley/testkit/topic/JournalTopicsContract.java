package dev.parley.testkit.topic;

import static dev.parley.testkit.topic.AppendBuilder.TIME_MICROS;
import static dev.parley.testkit.topic.AppendBuilder.append;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.Limits;
import dev.parley.core.topic.Found;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.Role;
import dev.parley.core.topic.SearchWords;
import dev.parley.core.topic.TopicId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What every journal must do with topics: members, lists, erasure, profiles.
@NullUnmarked
public abstract class JournalTopicsContract extends JournalFixture {
  @Nested
  class Members {
    private Member member(String user) throws JournalException {
      var lookup = new Lookup.OfMember(ROOM, user);
      Member member = journal().find(List.of(lookup)).members().get(lookup);
      assertThat(reader().find(List.of(lookup)).members().get(lookup)).isEqualTo(member);
      return member;
    }

    @Test
    void putBeginsAMembership() throws Exception {
      commit(append(ROOM, 0).put("ann", Role.OWNER));

      assertThat(member("ann")).isEqualTo(new Member("ann", Role.OWNER, TIME_MICROS, 0));
      assertThat(member("ben")).isNull();
    }

    @Test
    void putOfAMemberChangesTheRoleOnly() throws Exception {
      commit(append(ROOM, 0).put("ann", Role.MEMBER).member(new MemberChange.Read("ann", 5)));
      commit(append(ROOM, 0).member(new MemberChange.Put("ann", Role.MODERATOR, 77)));

      assertThat(member("ann")).isEqualTo(new Member("ann", Role.MODERATOR, TIME_MICROS, 5));
      assertThat(reader().topic(ROOM, "x").members()).isEqualTo(1);
      assertThat(reader().memberCount(ROOM)).isEqualTo(1);
    }

    @Test
    void readPositionOnlyMovesForward() throws Exception {
      commit(append(ROOM, 0).put("ann", Role.MEMBER).member(new MemberChange.Read("ann", 5)));
      commit(append(ROOM, 0).member(new MemberChange.Read("ann", 3)));
      assertThat(member("ann").readSequence()).isEqualTo(5);

      commit(append(ROOM, 0).member(new MemberChange.Read("ben", 3)));
      assertThat(member("ben")).isNull();
    }

    @Test
    void removeEndsAMembershipAndForgetsIt() throws Exception {
      commit(append(ROOM, 0).put("ann", Role.OWNER).member(new MemberChange.Read("ann", 5)));
      commit(
          append(ROOM, 0)
              .member(new MemberChange.Remove("ann"))
              .member(new MemberChange.Remove("nobody")));
      assertThat(member("ann")).isNull();
      assertThat(reader().topic(ROOM, "ann").members()).isZero();
      assertThat(reader().memberCount(ROOM)).isZero();

      commit(append(ROOM, 0).put("ann", Role.MEMBER));
      assertThat(member("ann").readSequence()).isZero();
    }

    @Test
    void changesAreCarriedOutInOrder() throws Exception {
      commit(
          append(ROOM, 0)
              .put("ann", Role.MEMBER)
              .member(new MemberChange.Remove("ann"))
              .put("ben", Role.MEMBER)
              .member(new MemberChange.Remove("ben"))
              .put("ben", Role.OWNER));

      assertThat(reader().members(ROOM, "", 9)).extracting(Member::user).containsExactly("ben");
      assertThat(reader().topic(ROOM, "x").members()).isEqualTo(1);
      assertThat(reader().memberCount(ROOM)).isEqualTo(1);
    }

    @Test
    void pagesGoByUserId() throws Exception {
      commit(
          append(ROOM, 0)
              .put("b", Role.MEMBER)
              .put("\uD83D\uDE00", Role.MEMBER)
              .put("a", Role.MEMBER)
              .put("\uFF5E", Role.MEMBER),
          append(OTHER, 0).put("elsewhere", Role.MEMBER));

      assertThat(reader().members(ROOM, "", 9))
          .extracting(Member::user)
          .containsExactly("a", "b", "\uFF5E", "\uD83D\uDE00");
      assertThat(reader().members(ROOM, "a", 2))
          .extracting(Member::user)
          .containsExactly("b", "\uFF5E");
      assertThat(reader().members(new TopicId("room", "none"), "", 9)).isEmpty();
    }
  }

  @Nested
  class Listings {
    private List<String> names(String viewer, boolean joinedOnly, String after, int limit)
        throws JournalException {
      return reader().topics("room", viewer, joinedOnly, after, limit).stream()
          .map(listing -> listing.head().topic().name())
          .toList();
    }

    private static TopicId room(String name) {
      return new TopicId("room", name);
    }

    @Test
    void showListedTopicsAndTheViewersOwn() throws Exception {
      commit(
          append(room("b-listed"), 0).listed(true),
          append(room("c-hidden"), 0).put("ann", Role.MEMBER),
          append(room("d-both"), 0).listed(true).put("ann", Role.MEMBER).put("x", Role.OWNER),
          append(room("a-neither"), 0).listed(false),
          append(new TopicId("document", "b"), 0).listed(true));

      assertThat(names("ann", false, "", 9)).containsExactly("b-listed", "c-hidden", "d-both");
      assertThat(names("ann", true, "", 9)).containsExactly("c-hidden", "d-both");
      assertThat(names("ben", false, "", 9)).containsExactly("b-listed", "d-both");
      assertThat(names("ben", true, "", 9)).isEmpty();
      assertThat(names("ann", false, "b-listed", 1)).containsExactly("c-hidden");
      assertThat(names("ann", false, "", 2)).containsExactly("b-listed", "c-hidden");
      assertThat(names("ann", true, "c-hidden", 9)).containsExactly("d-both");

      JournalReader.Listing both = reader().topics("room", "ann", true, "c-hidden", 9).getFirst();
      assertThat(both.members()).isEqualTo(2);
      assertThat(both.membership().user()).isEqualTo("ann");
    }

    @Test
    void showTheViewersOwnBackwards() throws Exception {
      commit(
          append(room("a"), 0).put("ann", Role.MEMBER),
          append(room("b"), 0).listed(true),
          append(room("c"), 0).put("ann", Role.MEMBER),
          append(room("\uFF5E"), 0).put("ann", Role.MEMBER),
          append(room("\uD83D\uDE00"), 0).put("ann", Role.MEMBER),
          append(new TopicId("document", "d"), 0).put("ann", Role.MEMBER));

      assertThat(namesBackwards("", 9)).containsExactly("\uD83D\uDE00", "\uFF5E", "c", "a");
      assertThat(namesBackwards("", 2)).containsExactly("\uD83D\uDE00", "\uFF5E");
      assertThat(namesBackwards("\uFF5E", 1)).containsExactly("c");
      assertThat(namesBackwards("c", 9)).containsExactly("a");
      assertThat(namesBackwards("a", 9)).isEmpty();

      commit(append(room("c"), 0).change("ann", "bye").erase());
      assertThat(namesBackwards("", 9)).containsExactly("\uD83D\uDE00", "\uFF5E", "a");
    }

    private List<String> namesBackwards(String before, int limit) throws JournalException {
      return reader().topicsBackwards("room", "ann", before, limit).stream()
          .map(listing -> listing.head().topic().name())
          .toList();
    }

    @Test
    void listedStaysUntilChanged() throws Exception {
      commit(append(ROOM, 0).listed(true));
      commit(append(ROOM, 0).say("ann", "a"));
      assertThat(names("ben", false, "", 9)).containsExactly(ROOM.name());

      commit(append(ROOM, 1).listed(false));
      assertThat(names("ben", false, "", 9)).isEmpty();
      assertThat(reader().topic(ROOM, "ben").membership()).isNull();
    }

    @Test
    void namesGoByTheirBytes() throws Exception {
      commit(
          append(room("\uD83D\uDE00"), 0).listed(true),
          append(room("\uFF5E"), 0).listed(true),
          append(room("B"), 0).listed(true),
          append(room("a"), 0).listed(true));

      assertThat(names("x", false, "", 9)).containsExactly("B", "a", "\uFF5E", "\uD83D\uDE00");
    }

    @Test
    void unreadCountsContentByOthersAfterTheReadPosition() throws Exception {
      commit(
          append(ROOM, 0)
              .put("ann", Role.MEMBER)
              .say("ben", "1")
              .say("ben", "2")
              .say("ann", "3")
              .change("ben", null)
              .say("cleo", "5")
              .member(new MemberChange.Read("ann", 1)));

      assertThat(reader().topic(ROOM, "ann").unread()).isEqualTo(2);
      assertThat(reader().topics("room", "ann", true, "", 9).getFirst().unread()).isEqualTo(2);
      assertThat(reader().topic(ROOM, "ben").unread()).as("no member").isZero();

      commit(append(ROOM, 5).member(new MemberChange.Read("ann", 5)));
      assertThat(reader().topic(ROOM, "ann").unread()).isZero();
    }

    @Test
    void unreadLooksAtTheNewestAndNoFurther() throws Exception {
      AppendBuilder append = append(ROOM, 0).put("ann", Role.MEMBER).put("ben", Role.MEMBER);
      for (int i = 0; i <= Limits.MAX_UNREAD; i++) {
        append.say("ben", "x").change("ben", null);
      }
      append.say("ann", "y").say("ann", "z");
      commit(append);

      assertThat(reader().topic(ROOM, "ann").unread()).isEqualTo(Limits.MAX_UNREAD - 2);
      assertThat(reader().topic(ROOM, "ben").unread()).isEqualTo(2);

      long last = reader().head(ROOM).lastSequence();
      commit(append(ROOM, last).say("ben", "1").say("ben", "2"));
      assertThat(reader().topics("room", "ann", true, "", 9).getFirst().unread())
          .isEqualTo(Limits.MAX_UNREAD - 2);
    }

    @Test
    void unknownTopicHasNone() throws Exception {
      assertThat(reader().topic(ROOM, "ann")).isNull();
      assertThat(names("ann", false, "", 9)).isEmpty();
    }
  }

  @Nested
  class Erasure {
    private void eraseRoom() throws JournalException {
      commit(
          append(ROOM, 0)
              .listed(true)
              .put("ann", Role.OWNER)
              .say("ann", "k", "hello")
              .answer("ann", null, "k", "again")
              .snapshot(2, "state"));
      commit(append(ROOM, 2).change("ann", "bye").erase());
    }

    private static Set<Lookup> contents() {
      return Set.of(
          at(ROOM, 1),
          new Lookup.ByKey(ROOM, "ann", "k"),
          new Lookup.ByAnyKey(ROOM, "k"),
          new Lookup.OfMember(ROOM, "ann"));
    }

    private void assertGone() throws JournalException {
      assertThat(journal().read(ROOM, 0, 9, 999)).isEmpty();
      assertThat(reader().read(ROOM, 0, 9, 9, 999)).isEmpty();
      assertThat(reader().page(ROOM, 0, 9, null, 9, 99)).isEmpty();
      assertThat(reader().page(ROOM, 0, 9, "k", 9, 99)).isEmpty();
      assertThat(reader().members(ROOM, "", 9)).isEmpty();
      assertThat(reader().search(ROOM, SearchWords.parse("hello"), null, 9, 9)).isEmpty();
      assertThat(reader().topic(ROOM, "ann")).isNull();
      assertThat(reader().topics("room", "ann", false, "", 9)).isEmpty();
      assertThat(reader().topics("room", "ann", true, "", 9)).isEmpty();
      assertThat(journal().find(contents())).isEqualTo(Found.NOTHING);
      assertThat(reader().find(contents())).isEqualTo(Found.NOTHING);
      assertThat(reader().head(ROOM).erased()).isTrue();
      assertThat(reader().head(ROOM).lastSequence()).isEqualTo(3);
      assertThat(reader().head(ROOM).snapshot().state()).isEqualTo("state".getBytes(UTF_8));
    }

    @Test
    void hidesTheTopicFromTheCommitOnAndReapingChangesNothing() throws Exception {
      eraseRoom();
      assertGone();
      reapAll(1);
      assertGone();
    }

    @Test
    void hidesWhatWasFoundBefore() throws Exception {
      commit(append(ROOM, 0).put("ann", Role.OWNER).say("ann", "k", "hello"));
      reader().members(ROOM, "", 9); // has it stored for good
      assertThat(journal().find(contents()).members()).hasSize(1);
      commit(append(ROOM, 1).say("ann", "more"));
      assertThat(journal().find(contents()).members()).hasSize(1);
      commit(append(ROOM, 2).erase());
      assertThat(journal().find(contents())).isEqualTo(Found.NOTHING);
      reapAll(1);
      assertThat(journal().find(contents())).isEqualTo(Found.NOTHING);
    }

    @Test
    void whatIsErasedIsNeverAppendedTo() throws Exception {
      eraseRoom();
      assertConflict(append(ROOM, 3).say("ann", "more"));
      assertConflict(append(ROOM, 0).say("ann", "anew"));
      reapAll(100);
      assertConflict(append(ROOM, 3).say("ann", "more"));
      assertConflict(append(ROOM, 0).say("ann", "anew"));
    }

    @Test
    void leavesOtherTopicsAlone() throws Exception {
      commit(append(new TopicId("room", "before"), 0).say("ann", "k", "hello"));
      eraseRoom();
      commit(append(OTHER, 0).say("ann", "k", "hello").put("ann", Role.OWNER));
      reapAll(2);

      for (String name : List.of("before", "other")) {
        TopicId topic = new TopicId("room", name);
        assertThat(reader().read(topic, 0, 9, 9, 999)).hasSize(1);
        assertThat(reader().search(topic, SearchWords.parse("hello"), null, 9, 9)).hasSize(1);
      }
      assertThat(reader().topics("room", "ann", true, "", 9)).hasSize(1);
    }

    @Test
    void aTopicCanBeErasedAsItComesIntoBeing() throws Exception {
      commit(append(ROOM, 0).say("ann", "a").put("ann", Role.OWNER).listed(true).erase());
      assertThat(reader().topic(ROOM, "ann")).isNull();
      assertThat(reader().head(ROOM).erased()).isTrue();
      reapAll(1);
    }

    @Test
    void withNothingErasedThereIsNothingToReap() throws Exception {
      commit(append(ROOM, 0).say("ann", "a"));
      assertThat(journal().reap(10)).isFalse();
    }
  }

  @Nested
  class Profiles {
    @Test
    void areKeptByUserAndReplaced() throws Exception {
      journal().commit(List.of(), List.of(profile("ann", "Ann"), profile("ben", "Ben")));
      journal().commit(List.of(append(ROOM, 0).build()), List.of(profile("ann", "Ann the second")));

      assertThat(reader().profiles(List.of("ann", "ben", "nobody")))
          .isEqualTo(Map.of("ann", profile("ann", "Ann the second"), "ben", profile("ben", "Ben")));
      assertThat(reader().profiles(List.of())).isEmpty();
    }
  }
}
