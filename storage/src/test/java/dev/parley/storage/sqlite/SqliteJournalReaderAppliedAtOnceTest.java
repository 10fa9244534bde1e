package dev.parley.storage.sqlite;

/// The contract once more, with every commit in the tables as soon as it is made.
final class SqliteJournalReaderAppliedAtOnceTest extends SqliteJournalReaderTest {
  @Override
  StorageLimits limits() {
    return StorageLimits.DEFAULTS.withUnappliedBytes(0);
  }
}
