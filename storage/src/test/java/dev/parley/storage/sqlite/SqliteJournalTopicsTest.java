package dev.parley.storage.sqlite;

import dev.parley.core.topic.Journal;
import dev.parley.core.topic.JournalReader;
import dev.parley.testkit.topic.JournalTopicsContract;
import org.junit.jupiter.api.extension.RegisterExtension;

final class SqliteJournalTopicsTest extends JournalTopicsContract {
  @RegisterExtension final StoreExtension store = new StoreExtension();

  @Override
  protected Journal journal() {
    return store.store().journal();
  }

  @Override
  protected JournalReader reader() {
    return store.store().reader();
  }
}
