package dev.parley.storage.sqlite;

/// The contract once more, with every text in the word index as soon as it is committed.
final class SqliteJournalReaderIndexedAtOnceTest extends SqliteJournalReaderTest {
  @Override
  StorageLimits limits() {
    return StorageLimits.DEFAULTS.withFreshChars(1);
  }
}
