package dev.parley.storage.sqlite;

import dev.parley.core.topic.Append;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Found;
import dev.parley.core.topic.Journal;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.TopicHead;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The single writer. Owned by one thread.
///
/// A commit goes into the log, and from there into the tables ([Backlog]). So whether it may be
/// made is found out before, and lookups ask the tables and then what is not in them yet.
final class SqliteJournal implements Journal, AutoCloseable {
  private final long epoch;
  private final Transactions tables;
  private final CommitLog log;
  private final Backlog backlog;

  private final Remembered remembered = new Remembered();

  /// Whether log or tables may have a commit that failed.
  private boolean uncertain;

  /// @param tables for reading only
  SqliteJournal(Transactions tables, long epoch, CommitLog log, Backlog backlog) {
    this.tables = tables;
    this.epoch = epoch;
    this.log = log;
    this.backlog = backlog;
  }

  @Override
  public long epoch() {
    return epoch;
  }

  @Override
  public @Nullable TopicHead head(TopicId topic) throws JournalException {
    settleLog();
    return backlog.<@Nullable TopicHead>read(
        tables::commit, topic, session -> new TopicRows(session).head(topic));
  }

  @Override
  public Found find(Collection<? extends Lookup> lookups) throws JournalException {
    settleLog();
    List<Memtable> layers = new ArrayList<>(backlog.layers());
    Map<Lookup.OfEntry, Entry> entries = new HashMap<>();
    Map<Lookup.OfMember, Member> members = remembered.members(lookups);
    List<Lookup> unknown = new ArrayList<>(lookups.size());
    for (Lookup lookup : lookups) {
      boolean erased = layers.stream().anyMatch(layer -> layer.erased(lookup.topic()));
      if (!erased && !(lookup instanceof Lookup.OfMember of && members.containsKey(of))) {
        unknown.add(lookup);
      }
    }
    Found stored = unknown.isEmpty() ? Found.NOTHING : stored(unknown, layers);
    for (Lookup lookup : unknown) {
      switch (lookup) {
        case Lookup.OfEntry of -> {
          Entry entry = stored.entries().get(of);
          for (Memtable layer : layers) {
            entry = layer.entry(of, entry);
          }
          if (entry != null) {
            entries.put(of, entry);
          } else if (of instanceof Lookup.ByKey key) {
            remembered.free(key);
          }
        }
        case Lookup.OfMember of -> {
          Member member = stored.members().get(of);
          for (Memtable layer : layers) {
            member = layer.member(of, member);
          }
          if (member != null) {
            members.put(of, member);
            remembered.member(of, member);
          }
        }
      }
    }
    return new Found(entries, members);
  }

  /// Answers from the tables.
  ///
  /// @param layers those that are there by now are removed
  private Found stored(List<Lookup> lookups, List<Memtable> layers) throws JournalException {
    return tables.commit(
        session -> {
          long applied = session.queryLong(Tables.APPLIED);
          layers.removeIf(layer -> layer.last() <= applied);
          return Lookups.find(session, remembered.topics(), lookups);
        });
  }

  @Override
  public List<Entry> read(TopicId topic, long after, int maxEntries, int maxBytes)
      throws JournalException {
    settleLog();
    return backlog.read(
        tables::commit,
        topic,
        session -> {
          Long id = new TopicRows(session).idOfLiving(topic);
          return id == null
              ? List.of()
              : new EntryRows(session).read(id, after, Long.MAX_VALUE, maxEntries, maxBytes);
        });
  }

  @Override
  public void commit(List<Append> appends, List<Profile> profiles) throws JournalException {
    Set<TopicId> topics = HashSet.newHashSet(appends.size());
    for (Append append : appends) {
      if (!topics.add(append.topic())) {
        throw new IllegalArgumentException(
            "appends to %s: several (expected: one)".formatted(append.topic()));
      }
    }
    if (appends.isEmpty() && profiles.isEmpty()) {
      return;
    }
    settleLog();
    try {
      if (backlog.takesMore()) {
        log(appends, profiles);
      } else {
        write(appends, profiles);
      }
    } finally {
      remembered.changed(appends);
    }
  }

  private void log(List<Append> appends, List<Profile> profiles) throws JournalException {
    backlog.awaitRoom();
    var admission = new Admission(tables, backlog.layers(), remembered.free());
    for (Append append : appends) {
      admission.check(append);
    }
    byte[] bytes = CommitCodec.encode(appends, profiles);
    long number = backlog.last() + 1;
    Commit commit = new Commit(number, List.copyOf(appends), List.copyOf(profiles));
    uncertain = true;
    log.append(number, bytes, backlog.applied());
    backlog.add(commit, bytes.length);
    uncertain = false;
  }

  private void write(List<Append> appends, List<Profile> profiles) throws JournalException {
    uncertain = true;
    backlog.writeNext(appends, profiles);
    uncertain = false;
  }

  /// Takes in what a failed commit left in the log or in the tables all the same.
  private void settleLog() throws JournalException {
    if (uncertain) {
      backlog.catchUp(tables.commit(session -> session.queryLong(Tables.APPLIED)));
      for (Commit commit : log.after(backlog.last())) {
        backlog.add(commit, CommitCodec.encode(commit.appends(), commit.profiles()).length);
      }
      uncertain = false;
      remembered.forget();
    }
  }

  @Override
  public void probe() throws JournalException {
    settleLog();
    log.probe();
    backlog.probe();
  }

  @Override
  public boolean reap(int maxEntries) throws JournalException {
    settleLog();
    return backlog.reap(maxEntries);
  }

  @Override
  public void close() throws SQLException {
    tables.close();
  }
}
