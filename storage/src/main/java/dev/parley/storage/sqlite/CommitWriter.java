package dev.parley.storage.sqlite;

import dev.parley.core.topic.Amendment;
import dev.parley.core.topic.Append;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.user.Profile;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Carries appends out in the open transaction of a session.
final class CommitWriter {
  private final TopicRows topics;
  private final EntryRows entries;
  private final WordIndex words;
  private final MemberRows members;
  private final ProfileRows profiles;
  private int freshChars;

  CommitWriter(Session session) {
    topics = new TopicRows(session);
    entries = new EntryRows(session);
    words = new WordIndex(session);
    members = new MemberRows(session);
    profiles = new ProfileRows(session);
  }

  /// Writes them.
  ///
  /// @return how much text it added to what is not in the word index
  int write(List<Append> appends, List<Profile> changed) throws SQLException, JournalException {
    for (Append append : appends) {
      write(append);
    }
    for (Profile profile : changed) {
      profiles.put(profile);
    }
    return freshChars;
  }

  private void write(Append append) throws SQLException, JournalException {
    TopicRows.Row topic = topics.find(append.topic());
    check(append, topic);
    if (topic == null) {
      topic = topics.insert(append.topic(), createdAtMicros(append));
      if (topic.id() > Position.MAX_TOPIC) {
        throw refused(JournalException.Cause.FULL, append, "there are too many topics");
      }
    }
    long last = append.expectedLast();
    for (Draft draft : append.drafts()) {
      write(topic.id(), ++last, draft);
    }
    if (last > Position.MAX_SEQUENCE) {
      throw refused(JournalException.Cause.FULL, append, "the topic has too many entries");
    }
    for (Amendment amendment : append.amendments()) {
      amend(append, topic.id(), amendment);
    }
    int added = 0;
    for (MemberChange change : append.members()) {
      added += members.apply(topic.id(), append.topic(), change);
    }
    topics.update(topic.id(), last, added);
    if (append.snapshot() != null) {
      topics.putSnapshot(topic.id(), append.snapshot());
    }
    if (append.listed() != null) {
      topics.list(topic.id(), append.listed());
    }
    if (append.erased()) {
      topics.erase(topic.id());
    }
  }

  private static void check(Append append, TopicRows.@Nullable Row topic) throws JournalException {
    if (topic != null && topic.erased()) {
      throw refused(JournalException.Cause.CONFLICT, append, "the topic was deleted");
    }
    long last = topic == null ? 0 : topic.lastSequence();
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
      freshChars += words.insert(Position.of(topic, sequence), draft.text(), draft.author());
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
    words.delete(position - 1, position);
    if (text != null) {
      freshChars += words.insert(position, text, author);
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
