package dev.parley.testkit.topic;

import dev.parley.core.topic.Journal;
import dev.parley.core.topic.JournalReader;

final class MemoryJournalReaderTest extends JournalReaderContract {
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
