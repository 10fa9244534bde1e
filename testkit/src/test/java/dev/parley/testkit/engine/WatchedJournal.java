package dev.parley.testkit.engine;

import dev.parley.core.topic.Append;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Found;
import dev.parley.core.topic.Journal;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.TopicHead;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import dev.parley.testkit.topic.MemoryJournal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;

/// A journal that notes what is done with it, and lets others come between.
final class WatchedJournal implements Journal {
  final MemoryJournal journal;
  final List<String> log = new ArrayList<>();
  final List<TopicId> loads = new ArrayList<>();

  /// What was committed, an element each commit.
  final List<List<Append>> commits = new ArrayList<>();

  /// Run before the next commits, one each.
  final Queue<Runnable> beforeCommits = new ArrayDeque<>();

  Consumer<Collection<? extends Lookup>> beforeFind = _ -> {};
  JournalException findFails;
  JournalException headFails;
  JournalException reapFails;

  /// Thrown by the next reaping, though no journal may.
  RuntimeException reapBreaks;

  int toReap;

  WatchedJournal(MemoryJournal journal) {
    this.journal = journal;
  }

  @Override
  public long epoch() {
    return journal.epoch();
  }

  @Override
  public TopicHead head(TopicId topic) throws JournalException {
    if (headFails != null) {
      throw headFails;
    }
    loads.add(topic);
    return journal.head(topic);
  }

  @Override
  public Found find(Collection<? extends Lookup> lookups) throws JournalException {
    if (findFails != null) {
      throw findFails;
    }
    beforeFind.accept(lookups);
    return journal.find(lookups);
  }

  @Override
  public List<Entry> read(TopicId topic, long after, int maxEntries, int maxBytes) {
    return journal.read(topic, after, maxEntries, maxBytes);
  }

  @Override
  public void commit(List<Append> appends, List<Profile> profiles) throws JournalException {
    Runnable before = beforeCommits.poll();
    if (before != null) {
      before.run();
    }
    log.add("commit begins");
    journal.commit(appends, profiles);
    log.add("commit returns");
    commits.add(appends);
  }

  @Override
  public void probe() throws JournalException {
    log.add("probe");
    journal.probe();
  }

  @Override
  public boolean reap(int maxEntries) throws JournalException {
    log.add("reap");
    if (reapBreaks != null) {
      throw reapBreaks;
    }
    if (reapFails != null) {
      throw reapFails;
    }
    toReap = Math.max(0, toReap - 1);
    return toReap > 0;
  }
}
