package dev.parley.testkit.topic;

import static dev.parley.testkit.topic.AppendBuilder.append;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Journal;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;

/// A journal under test, and shorthands that tests of it share.
@NullUnmarked
public abstract class JournalFixture {
  static final TopicId ROOM = new TopicId("room", "general");
  static final TopicId OTHER = new TopicId("room", "other");

  /// The journal under test, empty for each test.
  protected abstract Journal journal();

  /// Its reader.
  protected abstract JournalReader reader();

  void commit(AppendBuilder... appends) throws JournalException {
    journal().commit(Arrays.stream(appends).map(AppendBuilder::build).toList(), List.of());
  }

  /// Removes everything that erased topics left, in slices.
  void reapAll(int slice) throws JournalException {
    for (int i = 0; journal().reap(slice); i++) {
      assertThat(i).as("slices").isLessThan(1_000);
    }
  }

  static List<Long> sequences(List<Entry> entries) {
    return entries.stream().map(Entry::sequence).toList();
  }

  static String body(Entry entry) {
    return new String(entry.body(), UTF_8);
  }

  static Lookup.At at(TopicId topic, long sequence) {
    return new Lookup.At(topic, sequence);
  }

  Entry entry(TopicId topic, long sequence) throws JournalException {
    return reader().find(List.of(at(topic, sequence))).entries().get(at(topic, sequence));
  }

  void assertConflict(AppendBuilder append) {
    assertThatThrownBy(() -> commit(append))
        .isInstanceOfSatisfying(
            JournalException.class,
            e -> assertThat(e.kind()).isEqualTo(JournalException.Cause.CONFLICT));
  }

  static Profile profile(String id, String displayName) {
    return new Profile(id, "user-" + id, displayName, "");
  }
}
