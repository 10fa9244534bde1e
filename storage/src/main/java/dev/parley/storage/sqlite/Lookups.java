package dev.parley.storage.sqlite;

import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Found;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.TopicId;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Answers lookups from one snapshot of the file.
final class Lookups {
  private final TopicRows topics;
  private final EntryRows entries;
  private final MemberRows members;
  private final Map<TopicId, Long> ids;
  private final Set<TopicId> missing = new HashSet<>();
  private final Map<Lookup.OfEntry, Entry> foundEntries = new HashMap<>();
  private final Map<Lookup.OfMember, Member> foundMembers = new HashMap<>();

  private Lookups(Session session, Map<TopicId, Long> ids) {
    this.ids = ids;
    topics = new TopicRows(session);
    entries = new EntryRows(session);
    members = new MemberRows(session);
  }

  /// Answers lookups.
  ///
  /// @param ids numbers of topics that are known to live; those that are found are added
  static Found find(Session session, Map<TopicId, Long> ids, Collection<? extends Lookup> lookups)
      throws SQLException {
    Lookups answers = new Lookups(session, ids);
    for (Lookup lookup : lookups) {
      Long topic = answers.id(lookup.topic());
      if (topic != null) {
        answers.answer(topic, lookup);
      }
    }
    return new Found(answers.foundEntries, answers.foundMembers);
  }

  private void answer(long topic, Lookup lookup) throws SQLException {
    switch (lookup) {
      case Lookup.ByKey by -> put(by, entries.byKey(topic, by.author(), by.key()));
      case Lookup.ByAnyKey by -> put(by, entries.byAnyKey(topic, by.key()));
      case Lookup.At at -> put(at, entries.at(topic, at.sequence()));
      case Lookup.OfMember of -> {
        Member member = members.find(topic, of.user());
        if (member != null) {
          foundMembers.put(of, member);
        }
      }
    }
  }

  private void put(Lookup.OfEntry lookup, @Nullable Entry entry) {
    if (entry != null) {
      foundEntries.put(lookup, entry);
    }
  }

  /// Most lookups of a batch are about few topics.
  private @Nullable Long id(TopicId topic) throws SQLException {
    Long id = ids.get(topic);
    if (id == null && !missing.contains(topic)) {
      id = topics.idOfLiving(topic);
      if (id == null) {
        missing.add(topic);
      } else {
        ids.put(topic, id);
      }
    }
    return id;
  }
}
