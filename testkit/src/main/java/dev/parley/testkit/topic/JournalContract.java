package dev.parley.testkit.topic;

import static dev.parley.testkit.topic.AppendBuilder.SAID;
import static dev.parley.testkit.topic.AppendBuilder.TIME_MICROS;
import static dev.parley.testkit.topic.AppendBuilder.append;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.core.topic.Append;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Found;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Role;
import dev.parley.core.topic.SearchWords;
import dev.parley.core.topic.TopicHead;
import dev.parley.core.topic.TopicId;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What every journal must do with entries: commit, find, rewrite.
@NullUnmarked
public abstract class JournalContract extends JournalFixture {
  @Nested
  class Commits {
    @Test
    void entriesGetTheNextSequencesAndComeBackAsTheyWere() throws Exception {
      byte[] body = {0, -1, 127, -128, 10};
      Draft draft = new Draft(127, true, "ann", "k1", "k0", Long.MAX_VALUE, body, "some text");
      journal()
          .commit(
              List.of(new Append(ROOM, 0, List.of(draft), List.of(), List.of(), null, null, false)),
              List.of());
      commit(append(ROOM, 1).say("ben", "two").say("ann", "three"));

      List<Entry> entries = journal().read(ROOM, 0, 10, 10_000);
      assertThat(sequences(entries)).containsExactly(1L, 2L, 3L);
      Entry first = entries.getFirst();
      assertThat(first.type()).isEqualTo(127);
      assertThat(first.author()).isEqualTo("ann");
      assertThat(first.key()).isEqualTo("k1");
      assertThat(first.atMicros()).isEqualTo(Long.MAX_VALUE);
      assertThat(first.body()).isEqualTo(body);
      assertThat(entries.get(1).key()).isNull();
    }

    @Test
    void bodiesMayBeEmptyAndTextsAnything() throws Exception {
      String odd = "nul \0, quote ' \" and \uD83D\uDE00 after";
      commit(append(ROOM, 0).draft(SAID, true, odd, odd, odd, "", odd));

      Entry entry = journal().read(ROOM, 0, 10, 10).getFirst();
      assertThat(entry.body()).isEmpty();
      assertThat(entry.author()).isEqualTo(odd);
      assertThat(entry.key()).isEqualTo(odd);
      assertThat(reader().page(ROOM, 0, Long.MAX_VALUE, odd, 9, 9)).hasSize(1);
      assertThat(reader().search(ROOM, SearchWords.parse("after"), odd, 9, 9)).hasSize(1);
    }

    @Test
    void topicsHaveSequencesOfTheirOwn() throws Exception {
      commit(append(ROOM, 0).say("ann", "a"), append(OTHER, 0).say("ann", "b").say("ann", "c"));
      commit(append(OTHER, 2).say("ann", "d"));

      assertThat(sequences(reader().read(ROOM, 0, 9, 9, 999))).containsExactly(1L);
      assertThat(sequences(reader().read(OTHER, 0, 9, 9, 999))).containsExactly(1L, 2L, 3L);
    }

    @Test
    void sameNameOfAnotherKindIsAnotherTopic() throws Exception {
      TopicId document = new TopicId("document", ROOM.name());
      commit(append(ROOM, 0).say("ann", "a"));
      commit(append(document, 0).say("ann", "b").say("ann", "c"));

      assertThat(journal().head(ROOM).lastSequence()).isEqualTo(1);
      assertThat(journal().head(document).lastSequence()).isEqualTo(2);
    }

    @Test
    void expectedLastThatIsNotTheEndIsAConflictAndNothingHappens() throws Exception {
      commit(append(ROOM, 0).say("ann", "a"));

      assertConflict(append(ROOM, 0).say("ben", "b"));
      assertConflict(append(ROOM, 2).say("ben", "b"));
      assertConflict(append(OTHER, 1).say("ben", "b"));

      assertThat(sequences(reader().read(ROOM, 0, 9, 9, 999))).containsExactly(1L);
      assertThat(journal().head(OTHER)).isNull();
      commit(append(ROOM, 1).say("ben", "b"));
    }

    @Test
    void oneConflictUndoesTheWholeCommit() throws Exception {
      commit(append(ROOM, 0).say("ann", "k", "a").put("ann", Role.OWNER));
      Append fine =
          append(OTHER, 0).say("ann", "lost").put("ben", Role.MEMBER).snapshot(1, "s").build();
      Append late = append(ROOM, 7).say("ann", "b").build();

      assertThatThrownBy(
              () -> journal().commit(List.of(fine, late), List.of(profile("ann", "lost"))))
          .isInstanceOf(JournalException.class);

      assertThat(journal().head(OTHER)).isNull();
      assertThat(reader().head(OTHER)).isNull();
      assertThat(reader().members(OTHER, "", 9)).isEmpty();
      assertThat(reader().search(OTHER, SearchWords.parse("lost"), null, 9, 9)).isEmpty();
      assertThat(reader().profiles(List.of("ann"))).isEmpty();
      commit(append(OTHER, 0).say("ann", "kept"));
      assertThat(sequences(reader().read(OTHER, 0, 9, 9, 999))).containsExactly(1L);
    }

    @Test
    void severalAppendsToOneTopicAreNotAllowed() throws Exception {
      assertThatThrownBy(
              () -> commit(append(ROOM, 0).say("ann", "a"), append(ROOM, 1).say("ann", "b")))
          .isInstanceOf(IllegalArgumentException.class);

      assertThat(journal().head(ROOM)).isNull();
      commit(append(ROOM, 0).say("ann", "a"));
    }

    @Test
    void anAuthorsKeyIsUniqueInItsTopic() throws Exception {
      commit(append(ROOM, 0).say("ann", "k", "a"));
      commit(append(ROOM, 1).say("ben", "k", "b"), append(OTHER, 0).say("ann", "k", "c"));

      assertThatThrownBy(() -> commit(append(ROOM, 2).say("cleo", "d").say("ann", "k", "e")))
          .isInstanceOf(JournalException.class);

      assertThat(journal().head(ROOM).lastSequence()).isEqualTo(2);
      assertThat(reader().search(ROOM, SearchWords.parse("d"), null, 9, 9)).isEmpty();
      commit(append(ROOM, 2).say("ann", null, "f").say("ann", null, "g"));
    }

    @Test
    void emptyCommitIsFine() throws Exception {
      journal().commit(List.of(), List.of());
    }

    @Test
    void manyEntriesFitInOneCommit() throws Exception {
      AppendBuilder append = append(ROOM, 0);
      for (int i = 1; i <= 5_000; i++) {
        append.say("ann", "k" + i, "number " + i);
      }
      commit(append);

      assertThat(journal().head(ROOM).lastSequence()).isEqualTo(5_000);
      assertThat(reader().search(ROOM, SearchWords.parse("4321"), null, 9_999, 9)).hasSize(1);
    }

    @Test
    void probeSucceedsAndChangesNothing() throws Exception {
      journal().probe();
      journal().probe();

      assertThat(journal().head(ROOM)).isNull();
    }

    @Test
    void epochIsNotZeroAndTheSameForReaders() {
      assertThat(journal().epoch()).isNotZero().isEqualTo(reader().epoch());
    }
  }

  @Nested
  class Heads {
    @Test
    void unknownTopicHasNone() throws Exception {
      assertThat(journal().head(ROOM)).isNull();
      assertThat(reader().head(ROOM)).isNull();
    }

    @Test
    void tellsLastSequenceAndCreation() throws Exception {
      commit(append(ROOM, 0).say("ann", "a"));
      commit(append(ROOM, 1).say("ann", "b"));

      TopicHead head = reader().head(ROOM);
      assertThat(head.topic()).isEqualTo(ROOM);
      assertThat(head.lastSequence()).isEqualTo(2);
      assertThat(head.createdAtMicros()).isEqualTo(TIME_MICROS + 1);
      assertThat(head.erased()).isFalse();
      assertThat(head.snapshot().sequence()).isZero();
      assertThat(head.snapshot().state()).isEmpty();
    }

    @Test
    void topicComesIntoBeingWithoutEntries() throws Exception {
      commit(append(ROOM, 0).put("ann", Role.OWNER));
      assertThat(reader().head(ROOM).lastSequence()).isZero();
      assertThat(reader().head(ROOM).createdAtMicros()).isEqualTo(TIME_MICROS);

      commit(append(ROOM, 0).say("ann", "a"));
      assertThat(reader().head(ROOM).lastSequence()).isEqualTo(1);
    }

    @Test
    void snapshotStaysUntilThereIsANewOne() throws Exception {
      commit(append(ROOM, 0).say("ann", "a").snapshot(1, "one"));
      commit(append(ROOM, 1).say("ann", "b"));
      assertThat(journal().head(ROOM).snapshot().sequence()).isEqualTo(1);
      assertThat(journal().head(ROOM).snapshot().state()).isEqualTo("one".getBytes(UTF_8));

      commit(append(ROOM, 2).snapshot(2, "two"));
      assertThat(journal().head(ROOM).snapshot().sequence()).isEqualTo(2);
      assertThat(reader().head(ROOM).snapshot().state()).isEqualTo("two".getBytes(UTF_8));
    }
  }

  @Nested
  class Lookups {
    @Test
    void findsByKeyByAnyKeyAndBySequence() throws Exception {
      commit(
          append(ROOM, 0).change("cleo", "k").say("ann", "k", "2").say("ben", "k", "3"),
          append(OTHER, 0).say("ann", "elsewhere", "1"));
      commit(append(ROOM, 3).say("aaron", "k", "4"));
      var annsKey = new Lookup.ByKey(ROOM, "ann", "k");
      var cleosKey = new Lookup.ByKey(ROOM, "cleo", "k");
      var anyKey = new Lookup.ByAnyKey(ROOM, "k");
      var second = at(ROOM, 2);

      for (Found found :
          List.of(
              journal().find(List.of(annsKey, cleosKey, anyKey, second)),
              reader().find(Set.of(annsKey, cleosKey, anyKey, second)))) {
        assertThat(found.entries().get(annsKey).sequence()).isEqualTo(2);
        assertThat(found.entries().get(cleosKey).sequence()).isEqualTo(1);
        assertThat(found.entries().get(anyKey).sequence()).as("oldest content").isEqualTo(2);
        assertThat(found.entries().get(second).author()).isEqualTo("ann");
      }
    }

    @Test
    void whatIsNotThereIsNotInTheAnswer() throws Exception {
      commit(append(ROOM, 0).say("ann", "k", "1").change("ann", "c"), append(OTHER, 0));

      Found found =
          journal()
              .find(
                  List.of(
                      new Lookup.ByKey(ROOM, "ben", "k"),
                      new Lookup.ByKey(OTHER, "ann", "k"),
                      new Lookup.ByAnyKey(ROOM, "c"),
                      new Lookup.ByAnyKey(new TopicId("room", "none"), "k"),
                      at(ROOM, 0),
                      at(ROOM, 3),
                      at(ROOM, -1),
                      at(ROOM, Long.MAX_VALUE),
                      at(OTHER, 1),
                      new Lookup.OfMember(ROOM, "ann")));
      assertThat(found.entries()).isEmpty();
      assertThat(found.members()).isEmpty();
    }
  }

  @Nested
  class Amendments {
    @Test
    void rewriteBodyAndWordsAndNothingElse() throws Exception {
      commit(append(ROOM, 0).answer("ann", "k", "p", "before"));
      Entry old = entry(ROOM, 1);
      commit(append(ROOM, 1).change("ann", null).amend(1, "after"));

      Entry amended = entry(ROOM, 1);
      assertThat(body(amended)).isEqualTo("after");
      assertThat(amended).usingRecursiveComparison().ignoringFields("body").isEqualTo(old);
      assertThat(reader().search(ROOM, SearchWords.parse("before"), null, 9, 9)).isEmpty();
      assertThat(sequences(reader().search(ROOM, SearchWords.parse("after"), "ann", 9, 9)))
          .containsExactly(1L);
      assertThat(reader().page(ROOM, 0, 9, "p", 9, 9)).hasSize(1);
      assertThat(reader().head(ROOM).lastSequence()).isEqualTo(2);
    }

    @Test
    void withoutWordsTheEntryIsNotFoundAnyMore() throws Exception {
      commit(append(ROOM, 0).say("ann", "k", "secret"));
      commit(append(ROOM, 1).amend(1, null));

      assertThat(entry(ROOM, 1).body()).isEmpty();
      assertThat(reader().search(ROOM, SearchWords.parse("secret"), null, 9, 9)).isEmpty();
      var byKey = new Lookup.ByKey(ROOM, "ann", "k");
      assertThat(journal().find(List.of(byKey)).entries()).containsKey(byKey);

      commit(append(ROOM, 1).amend(1, "back again"));
      assertThat(reader().search(ROOM, SearchWords.parse("again"), null, 9, 9)).hasSize(1);
    }

    @Test
    void thatDoNotRewordLeaveTheWords() throws Exception {
      commit(append(ROOM, 0).say("ann", "before").say("ben", "gone"));
      commit(append(ROOM, 2).amend(2, null));
      commit(append(ROOM, 2).amendBody(1, "body").amendBody(2, "stub"));

      assertThat(body(entry(ROOM, 1))).isEqualTo("body");
      assertThat(body(entry(ROOM, 2))).isEqualTo("stub");
      assertThat(sequences(reader().search(ROOM, SearchWords.parse("before"), "ann", 9, 9)))
          .containsExactly(1L);
      for (String word : List.of("body", "gone", "stub")) {
        assertThat(reader().search(ROOM, SearchWords.parse(word), null, 9, 9)).as(word).isEmpty();
      }
    }

    @Test
    void concernEntriesOfTheSameAppendAndFollowEachOther() throws Exception {
      commit(append(ROOM, 0).say("ann", "one").amend(1, "two").amend(1, "three"));

      assertThat(body(entry(ROOM, 1))).isEqualTo("three");
      assertThat(reader().search(ROOM, SearchWords.parse("two"), null, 9, 9)).isEmpty();
      assertThat(reader().search(ROOM, SearchWords.parse("three"), null, 9, 9)).hasSize(1);
    }

    @Test
    void ofNothingAreRefused() throws Exception {
      commit(append(ROOM, 0).say("ann", "one"));

      for (long sequence : new long[] {-1, 0, 3, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> commit(append(ROOM, 1).say("ann", "two").amend(sequence, "x")))
            .isInstanceOf(JournalException.class);
      }
      assertThat(reader().head(ROOM).lastSequence()).isEqualTo(1);
    }
  }
}
