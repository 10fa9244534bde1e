package dev.parley.storage.sqlite;

import dev.parley.core.topic.Journal;
import dev.parley.core.topic.JournalReader;
import dev.parley.testkit.topic.JournalReaderContract;
import org.junit.jupiter.api.extension.RegisterExtension;

class SqliteJournalReaderTest extends JournalReaderContract {
  @RegisterExtension final StoreExtension store = new StoreExtension(limits());

  StorageLimits limits() {
    return StorageLimits.DEFAULTS;
  }

  @Override
  protected Journal journal() {
    return store.store().journal();
  }

  @Override
  protected JournalReader reader() {
    return store.store().reader();
  }
}
