package dev.parley.storage.sqlite;

import dev.parley.core.topic.Journal;
import dev.parley.core.topic.JournalReader;
import dev.parley.testkit.topic.JournalReaderContract;
import org.junit.jupiter.api.extension.RegisterExtension;

final class SqliteJournalReaderTest extends JournalReaderContract {
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
