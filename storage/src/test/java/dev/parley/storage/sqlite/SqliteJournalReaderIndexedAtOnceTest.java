package dev.parley.storage.sqlite;

import dev.parley.core.topic.Journal;
import dev.parley.core.topic.JournalReader;
import dev.parley.testkit.topic.JournalReaderContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The contract once more, with every text in the word index as soon as it is committed.
final class SqliteJournalReaderIndexedAtOnceTest extends JournalReaderContract {
  @RegisterExtension
  final StoreExtension store = new StoreExtension(StorageLimits.DEFAULTS.withFreshChars(1));

  @Override
  protected Journal journal() {
    return store.store().journal();
  }

  @Override
  protected JournalReader reader() {
    return store.store().reader();
  }
}
