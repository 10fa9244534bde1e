package dev.parley.testkit.topic;

import dev.parley.core.topic.Journal;
import dev.parley.core.topic.JournalReader;

final class MemoryJournalTopicsTest extends JournalTopicsContract {
  private final MemoryJournal journal = new MemoryJournal();

  @Override
  protected Journal journal() {
    return journal;
  }

  @Override
  protected JournalReader reader() {
    return journal;
  }
}
