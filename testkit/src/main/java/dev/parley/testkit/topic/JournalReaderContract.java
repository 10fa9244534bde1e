package dev.parley.testkit.topic;

import static dev.parley.testkit.topic.AppendBuilder.CHANGED;
import static dev.parley.testkit.topic.AppendBuilder.SAID;
import static dev.parley.testkit.topic.AppendBuilder.append;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.SearchWords;
import dev.parley.core.topic.TopicId;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What every reader of a journal must do with entries: read, page, search.
@NullUnmarked
public abstract class JournalReaderContract extends JournalFixture {
  @Nested
  class Reading {
    @Test
    void readsAfterASequenceUpToAnother() throws Exception {
      commit(append(ROOM, 0).say("a", "1").change("a", null).say("a", "3").say("a", "4"));
      commit(append(OTHER, 0).say("a", "1"));

      assertThat(sequences(reader().read(ROOM, 0, Long.MAX_VALUE, 9, 999)))
          .containsExactly(1L, 2L, 3L, 4L);
      assertThat(sequences(reader().read(ROOM, 1, 3, 9, 999))).containsExactly(2L, 3L);
      assertThat(sequences(reader().read(ROOM, 4, 9, 9, 999))).isEmpty();
      assertThat(sequences(reader().read(ROOM, 3, 3, 9, 999))).isEmpty();
      assertThat(sequences(journal().read(ROOM, 2, 9, 999))).containsExactly(3L, 4L);
      assertThat(sequences(journal().read(ROOM, Long.MAX_VALUE, 9, 999))).isEmpty();
      assertThat(journal().read(new TopicId("room", "none"), 0, 9, 999)).isEmpty();
    }

    @Test
    void stopsAtABoundButNotBeforeTheFirst() throws Exception {
      commit(append(ROOM, 0).say("a", "12345").say("a", "12345").say("a", "12345"));

      assertThat(sequences(journal().read(ROOM, 0, 2, 999))).containsExactly(1L, 2L);
      assertThat(sequences(journal().read(ROOM, 0, 9, 14))).containsExactly(1L, 2L);
      assertThat(sequences(journal().read(ROOM, 0, 9, 15))).containsExactly(1L, 2L, 3L);
      assertThat(sequences(journal().read(ROOM, 1, 9, 1))).containsExactly(2L);
      assertThat(sequences(reader().read(ROOM, 0, 3, 9, 1))).containsExactly(1L);
    }

    @Test
    void pagesHaveContentOnly() throws Exception {
      commit(append(ROOM, 0).say("a", "1").change("a", null).say("a", "3").say("a", "4"));

      assertThat(page(ROOM, 0, Long.MAX_VALUE, null, 2)).containsExactly(1L, 3L);
      assertThat(page(ROOM, 1, 4, null, 9)).containsExactly(3L);
      assertThat(page(ROOM, 4, Long.MAX_VALUE, null, 9)).isEmpty();
      assertThat(page(OTHER, 0, Long.MAX_VALUE, null, 9)).isEmpty();
    }

    @Test
    void pagesStopAtABoundButNotBeforeTheFirst() throws Exception {
      commit(append(ROOM, 0).say("a", "12345").say("a", "12345").say("a", "12345"));

      assertThat(sequences(reader().page(ROOM, 0, 9, null, 9, 14))).containsExactly(1L, 2L);
      assertThat(sequences(reader().page(ROOM, 0, 9, null, 9, 15))).containsExactly(1L, 2L, 3L);
      assertThat(sequences(reader().page(ROOM, 1, 9, null, 9, 1))).containsExactly(2L);
    }

    @Test
    void newestContentBeginsWhereItsOldestEntryIs() throws Exception {
      commit(append(ROOM, 0).say("a", "1").change("a", null).say("a", "3").say("a", "4"));

      assertThat(reader().oldestOf(1, ROOM, Long.MAX_VALUE, null)).isEqualTo(4);
      assertThat(reader().oldestOf(2, ROOM, Long.MAX_VALUE, null)).isEqualTo(3);
      assertThat(reader().oldestOf(3, ROOM, Long.MAX_VALUE, null)).isEqualTo(1);
      assertThat(reader().oldestOf(9, ROOM, Long.MAX_VALUE, null)).isEqualTo(1);
      assertThat(reader().oldestOf(1, ROOM, 3, null)).isEqualTo(1);
      assertThat(reader().oldestOf(1, ROOM, 1, null)).isZero();
      assertThat(reader().oldestOf(1, OTHER, Long.MAX_VALUE, null)).isZero();
    }

    @Test
    void pagesOfAnswersToOneEntry() throws Exception {
      commit(
          append(ROOM, 0)
              .say("a", "k1", "1")
              .answer("b", null, "k1", "2")
              .answer("c", null, "k2", "3")
              .answer("b", null, "k1", "4")
              .draft(CHANGED, false, "b", null, "k1", "x", null),
          append(OTHER, 0).answer("b", null, "k1", "elsewhere"));

      assertThat(page(ROOM, 0, Long.MAX_VALUE, "k1", 9)).containsExactly(2L, 4L);
      assertThat(page(ROOM, 0, 4, "k1", 9)).containsExactly(2L);
      assertThat(page(ROOM, 0, Long.MAX_VALUE, "k", 9)).isEmpty();
      assertThat(reader().oldestOf(1, ROOM, Long.MAX_VALUE, "k1")).isEqualTo(4);
      assertThat(reader().oldestOf(9, ROOM, Long.MAX_VALUE, "k1")).isEqualTo(2);
      assertThat(reader().oldestOf(9, ROOM, Long.MAX_VALUE, "k")).isZero();
    }

    private List<Long> page(TopicId topic, long after, long before, String parent, int maxEntries)
        throws Exception {
      return sequences(reader().page(topic, after, before, parent, maxEntries, 1_000));
    }

    @Test
    void readerSeesACommitAsSoonAsItReturned() throws Exception {
      for (int i = 0; i < 50; i++) {
        commit(append(ROOM, i).say("a", "word" + i));
        assertThat(reader().head(ROOM).lastSequence()).isEqualTo(i + 1);
        assertThat(reader().search(ROOM, SearchWords.parse("word" + i), null, 99, 9)).hasSize(1);
      }
    }
  }

  @Nested
  class Search {
    private List<Long> search(String query) throws JournalException {
      return sequences(reader().search(ROOM, SearchWords.parse(query), null, Long.MAX_VALUE, 99));
    }

    @Test
    void allTermsMustOccurAndTheNewestComesFirst() throws Exception {
      commit(
          append(ROOM, 0)
              .say("ann", "the quick brown fox")
              .say("ben", "the lazy dog")
              .say("ann", "The fox, the dog!"),
          append(OTHER, 0).say("ann", "fox elsewhere"));

      assertThat(search("the")).containsExactly(3L, 2L, 1L);
      assertThat(search("fox")).containsExactly(3L, 1L);
      assertThat(search("dog fox")).containsExactly(3L);
      assertThat(search("cat")).isEmpty();
      assertThat(search("fo")).isEmpty();
    }

    @Test
    void phrasesAndPrefixes() throws Exception {
      commit(append(ROOM, 0).say("ann", "quick brown fox").say("ann", "brown quick foxes"));

      assertThat(search("\"quick brown\"")).containsExactly(1L);
      assertThat(search("\"brown fox\" quick")).containsExactly(1L);
      assertThat(search("fox*")).containsExactly(2L, 1L);
      assertThat(search("\"quick fox*\"")).as("no prefix within quotes").isEmpty();
    }

    @Test
    void neitherCaseNorAccentsMatter() throws Exception {
      commit(append(ROOM, 0).say("ann", "CAFÉ Straße Ångström"));

      assertThat(search("cafe")).containsExactly(1L);
      assertThat(search("Café")).containsExactly(1L);
      assertThat(search("angstrom")).containsExactly(1L);
    }

    @Test
    void nothingInAQueryIsSyntax() throws Exception {
      commit(append(ROOM, 0).say("ann", "this OR that").say("ann", "text author near x y z"));

      assertThat(search("this OR nothing")).isEmpty();
      assertThat(search("this NOT that")).isEmpty();
      assertThat(search("text:x")).as("not a column").isEmpty();
      assertThat(search("author : z")).containsExactly(2L);
      assertThat(search("NEAR(x z)")).containsExactly(2L);
      assertThat(search("-x ^y +z")).containsExactly(2L);
      assertThat(search("(x")).containsExactly(2L);
      assertThat(search("x\"y")).containsExactly(2L);
      assertThat(search("x'); DROP TABLE entry; --")).isEmpty();
      assertThat(search("x\0y")).containsExactly(2L);
      assertThat(search("{x} [y] \\z")).containsExactly(2L);
    }

    @Test
    void narrowsByAuthorExactlyAndBySequence() throws Exception {
      // Two ids with the same hash, and ids that are no words.
      commit(
          append(ROOM, 0)
              .say("Aa", "word")
              .say("BB", "word")
              .say("--", "word")
              .say("a b", "word")
              .say("b", "word"));
      SearchWords word = SearchWords.parse("word");

      assertThat(sequences(reader().search(ROOM, word, "BB", 9, 9))).containsExactly(2L);
      assertThat(sequences(reader().search(ROOM, word, "--", 9, 9))).containsExactly(3L);
      assertThat(sequences(reader().search(ROOM, word, "b", 9, 9))).containsExactly(5L);
      assertThat(reader().search(ROOM, word, "bb", 9, 9)).isEmpty();
      assertThat(sequences(reader().search(ROOM, word, null, 4, 2))).containsExactly(3L, 2L);
      assertThat(sequences(reader().search(ROOM, word, "Aa", 2, 9))).containsExactly(1L);
      assertThat(reader().search(ROOM, word, "Aa", 1, 9)).isEmpty();
    }

    @Test
    void authorsAreNotWordsAndEntriesWithoutTextAreNotFound() throws Exception {
      commit(
          append(ROOM, 0)
              .say("ann", "hello")
              .draft(SAID, true, "ann", null, null, "hidden", null)
              .change("ann", null));

      assertThat(search("ann")).isEmpty();
      assertThat(search("hidden")).isEmpty();
      assertThat(search("changed")).isEmpty();
    }

    @Test
    void aLongQueryIsNoTrouble() throws Exception {
      commit(append(ROOM, 0).say("ann", "a1 ".repeat(SearchWords.MAX_TERMS)));

      assertThat(search("a1 ".repeat(SearchWords.MAX_TERMS))).containsExactly(1L);
      assertThat(search("\"" + "a1 ".repeat(SearchWords.MAX_TERMS) + "\"")).containsExactly(1L);
      assertThat(search("a1" + "x".repeat(60_000))).isEmpty();
    }
  }
}
