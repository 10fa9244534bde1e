package dev.parley.storage.sqlite;

import dev.parley.core.topic.Amendment;
import dev.parley.core.topic.Append;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.TopicId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whether the tables will take a commit, asked before it goes into the log: nothing that is there
/// may be refused by them later.
///
/// @param tables what is in them
/// @param layers what will be, oldest first
/// @param free keys that are known to be in neither
record Admission(Transactions tables, List<Memtable> layers, Set<Lookup.ByKey> free) {
  /// Topics that may be made in one go without a look at how many there are.
  private static final int TOPICS = 1 << 20;

  /// @throws JournalException as [dev.parley.core.topic.Journal#commit] says
  void check(Append append) throws JournalException {
    long last = last(append);
    if (last != append.expectedLast()) {
      throw refused(
          JournalException.Cause.CONFLICT,
          append,
          "its journal ends with %d (expected: %d)".formatted(last, append.expectedLast()));
    }
    long end = last + append.drafts().size();
    if (end > Position.MAX_SEQUENCE) {
      throw refused(JournalException.Cause.FULL, append, "the topic has too many entries");
    }
    for (Amendment amendment : append.amendments()) {
      if (amendment.sequence() < 1 || amendment.sequence() > end) {
        throw refused(
            JournalException.Cause.BROKEN,
            append,
            "no entry %d to amend".formatted(amendment.sequence()));
      }
    }
    checkKeys(append);
  }

  private long last(Append append) throws JournalException {
    TopicId topic = append.topic();
    for (Memtable layer : layers.reversed()) {
      Long last = layer.last(topic);
      if (last != null) {
        requireLiving(append, layer.erased(topic));
        return last;
      }
    }
    TopicRows.Row row =
        tables.<TopicRows.@Nullable Row>commit(
            session -> {
              TopicRows.Row found = new TopicRows(session).find(topic);
              if (found == null
                  && session.queryLong(TopicRows.GREATEST) > Position.MAX_TOPIC - TOPICS) {
                throw refused(JournalException.Cause.FULL, append, "there are too many topics");
              }
              return found;
            });
    if (row == null) {
      return 0;
    }
    requireLiving(append, row.erased());
    return row.lastSequence();
  }

  private static void requireLiving(Append append, boolean erased) throws JournalException {
    if (erased) {
      throw refused(JournalException.Cause.CONFLICT, append, "the topic was deleted");
    }
  }

  private void checkKeys(Append append) throws JournalException {
    Set<Lookup.ByKey> own = new HashSet<>();
    for (Draft draft : append.drafts()) {
      String key = draft.key();
      if (key != null) {
        var lookup = new Lookup.ByKey(append.topic(), draft.author(), key);
        if (!own.add(lookup) || (!free.contains(lookup) && isTaken(lookup))) {
          throw refused(
              JournalException.Cause.BROKEN,
              append,
              "%s has an entry with the key %s already".formatted(draft.author(), key));
        }
      }
    }
  }

  private boolean isTaken(Lookup.ByKey lookup) throws JournalException {
    for (Memtable layer : layers) {
      if (layer.entry(lookup, null) != null) {
        return true;
      }
    }
    return tables.commit(
        session -> {
          Long topic = new TopicRows(session).idOfLiving(lookup.topic());
          return topic != null
              && new EntryRows(session).byKey(topic, lookup.author(), lookup.key()) != null;
        });
  }

  private static JournalException refused(
      JournalException.Cause kind, Append append, String reason) {
    return new JournalException(kind, append.topic() + ": " + reason, null);
  }
}
