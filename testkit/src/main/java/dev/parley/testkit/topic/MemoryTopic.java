package dev.parley.testkit.topic;

import dev.parley.core.limit.Limits;
import dev.parley.core.topic.Amendment;
import dev.parley.core.topic.Append;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.JournalReader.Listing;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.Snapshot;
import dev.parley.core.topic.TopicHead;
import dev.parley.core.topic.TopicId;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One topic of a [MemoryJournal]. Not thread-safe; a commit works on a copy.
final class MemoryTopic {
  /// A stored entry, with what the indexes know of it.
  record Row(Entry entry, boolean content, @Nullable String parent, @Nullable String text) {}

  private final TopicId id;
  private final List<Row> rows = new ArrayList<>();
  private final SortedMap<String, Member> members = new TreeMap<>(Utf8.ORDER);
  private final long createdAtMicros;
  private Snapshot snapshot = new Snapshot(0, new byte[0]);
  private boolean listed;
  private boolean erased;
  private long lastSequence;

  MemoryTopic(Append first) {
    id = first.topic();
    createdAtMicros = createdAtMicros(first);
  }

  MemoryTopic(MemoryTopic other) {
    id = other.id;
    rows.addAll(other.rows);
    members.putAll(other.members);
    createdAtMicros = other.createdAtMicros;
    snapshot = other.snapshot;
    listed = other.listed;
    erased = other.erased;
    lastSequence = other.lastSequence;
  }

  private static long createdAtMicros(Append first) {
    if (!first.drafts().isEmpty()) {
      return first.drafts().getFirst().atMicros();
    }
    for (MemberChange change : first.members()) {
      if (change instanceof MemberChange.Put put) {
        return put.atMicros();
      }
    }
    return 0;
  }

  /// Returns false, having done a part of it, if an entry to amend does not exist or a key is not
  /// new.
  boolean apply(Append append) {
    for (Draft draft : append.drafts()) {
      if (draft.key() != null && byKey(draft.author(), draft.key()) != null) {
        return false;
      }
      lastSequence++;
      rows.add(
          new Row(
              new Entry(
                  lastSequence,
                  draft.type(),
                  draft.author(),
                  draft.key(),
                  draft.atMicros(),
                  draft.body()),
              draft.content(),
              draft.parent(),
              draft.text()));
    }
    for (Amendment amendment : append.amendments()) {
      if (at(amendment.sequence()) == null) {
        return false;
      }
      rows.set((int) amendment.sequence() - 1, amended(amendment));
    }
    append.members().forEach(this::apply);
    snapshot = append.snapshot() == null ? snapshot : append.snapshot();
    listed = append.listed() == null ? listed : append.listed();
    if (append.erased()) {
      erased = true;
      rows.clear();
      members.clear();
    }
    return true;
  }

  private Row amended(Amendment amendment) {
    Row row = rows.get((int) amendment.sequence() - 1);
    Entry old = row.entry();
    Entry entry =
        new Entry(
            old.sequence(), old.type(), old.author(), old.key(), old.atMicros(), amendment.body());
    String text = amendment.rewords() ? amendment.text() : row.text();
    return new Row(entry, row.content(), row.parent(), text);
  }

  private void apply(MemberChange change) {
    Member old = members.get(change.user());
    switch (change) {
      case MemberChange.Put put ->
          members.put(
              put.user(),
              old == null
                  ? new Member(put.user(), put.role(), put.atMicros(), 0)
                  : new Member(put.user(), put.role(), old.joinedAtMicros(), old.readSequence()));
      case MemberChange.Remove remove -> members.remove(remove.user());
      case MemberChange.Read read -> {
        if (old != null && old.readSequence() < read.sequence()) {
          members.put(
              read.user(),
              new Member(read.user(), old.role(), old.joinedAtMicros(), read.sequence()));
        }
      }
    }
  }

  TopicId id() {
    return id;
  }

  boolean erased() {
    return erased;
  }

  long lastSequence() {
    return lastSequence;
  }

  TopicHead head() {
    return new TopicHead(id, lastSequence, snapshot, createdAtMicros, erased);
  }

  /// What was said and done, ascending; of an erased topic nothing.
  List<Row> rows() {
    return rows;
  }

  @Nullable Member member(String user) {
    return members.get(user);
  }

  List<Member> members() {
    return List.copyOf(members.values());
  }

  @Nullable Entry at(long sequence) {
    return sequence < 1 || sequence > rows.size() ? null : rows.get((int) sequence - 1).entry();
  }

  @Nullable Entry byKey(String author, String key) {
    for (Row row : rows) {
      if (key.equals(row.entry().key()) && author.equals(row.entry().author())) {
        return row.entry();
      }
    }
    return null;
  }

  @Nullable Entry byAnyKey(String key) {
    for (Row row : rows) {
      if (row.content() && key.equals(row.entry().key())) {
        return row.entry();
      }
    }
    return null;
  }

  boolean visibleTo(String viewer, boolean joinedOnly) {
    return !erased && (members.containsKey(viewer) || (listed && !joinedOnly));
  }

  Listing listing(String viewer) {
    Member member = members.get(viewer);
    return new Listing(head(), members.size(), member, member == null ? 0 : unread(member));
  }

  private int unread(Member member) {
    return (int)
        rows.reversed().stream()
            .filter(Row::content)
            .limit(Limits.MAX_UNREAD)
            .filter(row -> row.entry().sequence() > member.readSequence())
            .filter(row -> !row.entry().author().equals(member.user()))
            .count();
  }
}
