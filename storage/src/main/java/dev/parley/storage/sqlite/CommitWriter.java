package dev.parley.storage.sqlite;

import dev.parley.core.topic.Amendment;
import dev.parley.core.topic.Append;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.Snapshot;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Carries commits out in the open transaction of a session. What they change in one topic is
/// written together, as is what they add to the word index: pages that are close are then touched
/// one after the other, and those of all changes of a topic once.
final class CommitWriter {
  private final TopicRows topics;
  private final EntryRows entries;
  private final WordIndex words;
  private final MemberRows members;
  private final ProfileRows profiles;

  /// New texts, by position.
  private final SortedMap<Long, WordIndex.Text> texts = new TreeMap<>();

  CommitWriter(Session session) {
    topics = new TopicRows(session);
    entries = new EntryRows(session);
    words = new WordIndex(session);
    members = new MemberRows(session);
    profiles = new ProfileRows(session);
  }

  /// Writes them.
  ///
  /// @return texts that are to go into the word index, by position
  SortedMap<Long, WordIndex.Text> write(List<Commit> commits)
      throws SQLException, JournalException {
    Map<TopicId, List<Append>> appends = new LinkedHashMap<>();
    for (Commit commit : commits) {
      for (Append append : commit.appends()) {
        appends.computeIfAbsent(append.topic(), _ -> new ArrayList<>(1)).add(append);
      }
      for (Profile profile : commit.profiles()) {
        profiles.put(profile);
      }
    }
    for (List<Append> each : appends.values()) {
      writeTopic(each);
    }
    return texts;
  }

  /// @param appends to one topic, in their order
  private void writeTopic(List<Append> appends) throws SQLException, JournalException {
    Append first = appends.getFirst();
    TopicRows.Row topic = topics.find(first.topic());
    if (topic == null) {
      topic = topics.insert(first.topic(), createdAtMicros(first));
      if (topic.id() > Position.MAX_TOPIC) {
        throw refused(JournalException.Cause.FULL, first, "there are too many topics");
      }
    }
    long last = topic.lastSequence();
    boolean erased = topic.erased();
    int added = 0;
    Snapshot snapshot = null;
    Boolean listed = null;
    for (Append append : appends) {
      check(append, last, erased);
      for (Draft draft : append.drafts()) {
        write(topic.id(), ++last, draft);
      }
      for (Amendment amendment : append.amendments()) {
        amend(append, topic.id(), amendment);
      }
      for (MemberChange change : append.members()) {
        added += members.apply(topic.id(), append.topic(), change);
      }
      snapshot = append.snapshot() == null ? snapshot : append.snapshot();
      listed = append.listed() == null ? listed : append.listed();
      erased |= append.erased();
    }
    if (last > Position.MAX_SEQUENCE) {
      throw refused(JournalException.Cause.FULL, first, "the topic has too many entries");
    }
    topics.update(topic.id(), last, added);
    if (snapshot != null) {
      topics.putSnapshot(topic.id(), snapshot);
    }
    if (listed != null) {
      topics.list(topic.id(), listed);
    }
    if (erased) {
      topics.erase(topic.id());
    }
  }

  private static void check(Append append, long last, boolean erased) throws JournalException {
    if (erased) {
      throw refused(JournalException.Cause.CONFLICT, append, "the topic was deleted");
    }
    if (last != append.expectedLast()) {
      throw refused(
          JournalException.Cause.CONFLICT,
          append,
          "its journal ends with %d (expected: %d)".formatted(last, append.expectedLast()));
    }
  }

  private void write(long topic, long sequence, Draft draft) throws SQLException {
    entries.insert(topic, sequence, draft);
    if (draft.text() != null) {
      texts.put(Position.of(topic, sequence), new WordIndex.Text(draft.text(), draft.author()));
    }
  }

  private void amend(Append append, long topic, Amendment amendment)
      throws SQLException, JournalException {
    String author = entries.author(topic, amendment.sequence());
    if (author == null) {
      throw refused(
          JournalException.Cause.BROKEN,
          append,
          "no entry %d to amend".formatted(amendment.sequence()));
    }
    entries.amend(topic, amendment.sequence(), amendment.body());
    if (amendment.rewords()) {
      reword(Position.of(topic, amendment.sequence()), amendment.text(), author);
    }
  }

  private void reword(long position, @Nullable String text, String author) throws SQLException {
    if (texts.remove(position) == null) {
      words.delete(position - 1, position);
    }
    if (text != null) {
      texts.put(position, new WordIndex.Text(text, author));
    }
  }

  /// The time of what brought the topic into being.
  private static long createdAtMicros(Append append) {
    if (!append.drafts().isEmpty()) {
      return append.drafts().getFirst().atMicros();
    }
    return append.members().stream()
        .filter(MemberChange.Put.class::isInstance)
        .mapToLong(change -> ((MemberChange.Put) change).atMicros())
        .findFirst()
        .orElse(0);
  }

  private static JournalException refused(
      JournalException.Cause kind, Append append, String reason) {
    return new JournalException(kind, append.topic() + ": " + reason, null);
  }
}
