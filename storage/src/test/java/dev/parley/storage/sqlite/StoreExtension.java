package dev.parley.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A new store for each test. What a test leaves behind must be sound.
final class StoreExtension implements BeforeEachCallback, AfterEachCallback {
  private final StorageLimits limits;
  private Path directory;
  private SqliteStore store;

  StoreExtension() {
    this(StorageLimits.DEFAULTS);
  }

  StoreExtension(StorageLimits limits) {
    this.limits = limits;
  }

  SqliteStore store() {
    return store;
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    directory = Files.createTempDirectory("parley-test-");
    store = SqliteStore.open(directory, Durability.OS, limits);
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    try {
      assertThat(SqliteStore.check(directory)).isEmpty();
      store.close();
    } finally {
      DataFiles.deleteTree(directory);
    }
  }
}
