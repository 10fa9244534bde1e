package dev.parley.storage.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.core.topic.SearchWords;
import dev.parley.core.topic.TopicId;
import dev.parley.testkit.topic.AppendBuilder;
import java.io.BufferedReader;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BackupTest {
  private static final TopicId ROOM = StoreProcess.ROOM;

  @TempDir Path directory;
  private Path data;
  private Path file;
  private Path target;

  @BeforeEach
  void paths() {
    data = directory.resolve("data");
    file = directory.resolve("backup's.db");
    target = directory.resolve("target");
  }

  private static SqliteStore open(Path directory) throws StorageOpenException {
    return SqliteStore.open(directory, Durability.OS, StorageLimits.DEFAULTS);
  }

  private static long fill(Path directory, int entries) throws Exception {
    try (SqliteStore store = open(directory)) {
      AppendBuilder append = AppendBuilder.append(ROOM, 0);
      for (int i = 1; i <= entries; i++) {
        append.say("ann", "key" + i, "word" + i);
      }
      store.journal().commit(List.of(append.build()), List.of());
      return store.journal().epoch();
    }
  }

  private static void assertRefused(
      ThrowingCallable call, StorageOpenException.Kind kind, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StorageOpenException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContaining(message);
  }

  @Test
  void restoredBackupHasEverythingUnderANewEpoch() throws Exception {
    long epoch = fill(data, 100);
    Backup.create(data, file);
    Backup.restore(file, target, false);

    assertThat(SqliteStore.check(target)).isEmpty();
    long restored;
    try (SqliteStore store = open(target)) {
      restored = store.journal().epoch();
      assertThat(restored).isNotEqualTo(epoch).isNotZero();
      assertThat(store.reader().read(ROOM, 0, 999, 999, 1 << 20)).hasSize(100);
      assertThat(store.reader().search(ROOM, SearchWords.parse("word77"), null, 999, 9)).hasSize(1);
      store
          .journal()
          .commit(List.of(AppendBuilder.append(ROOM, 100).say("ann", "on").build()), List.of());
    }
    Backup.restore(file, target, true);
    try (SqliteStore store = open(target)) {
      assertThat(store.journal().epoch()).isNotEqualTo(epoch).isNotEqualTo(restored);
      assertThat(store.journal().head(ROOM).lastSequence()).isEqualTo(100);
    }
    try (SqliteStore store = open(data)) {
      assertThat(store.journal().epoch()).as("of the original").isEqualTo(epoch);
    }
  }

  @Test
  void backupOfARunningServerIsOneMomentOfIt() throws Exception {
    Process server = StoreProcess.start("commit", data, 1, Map.of());
    try (BufferedReader lines = server.inputReader(UTF_8)) {
      assertThat(StoreProcess.line(lines)).isEqualTo("open");
      long before = 0;
      for (int i = 0; i < 20; i++) {
        before = Long.parseLong(StoreProcess.line(lines));
      }

      Backup.create(data, file);

      long after = Long.parseLong(StoreProcess.line(lines));
      assertThat(after).as("the server goes on").isGreaterThan(before);
      Backup.restore(file, target, false);
      try (SqliteStore store = open(target)) {
        assertThat(store.journal().head(ROOM).lastSequence()).isGreaterThanOrEqualTo(before);
      }
      assertThat(SqliteStore.check(target)).isEmpty();
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  @Test
  void backupWithinTheServersOwnProcessLeavesItsLocksAlone() throws Exception {
    fill(data, 3);
    try (SqliteStore store = open(data)) {
      Backup.create(data, file);
      store
          .journal()
          .commit(List.of(AppendBuilder.append(ROOM, 3).say("ann", "on").build()), List.of());
      assertRefused(() -> open(data), StorageOpenException.Kind.LOCKED, "in use");
      assertThat(StoreProcess.start("hold", data, 0, Map.of()).waitFor()).isNotZero();
    }
  }

  @Test
  void existingFileIsNotOverwritten() throws Exception {
    fill(data, 1);
    Files.writeString(file, "precious");

    assertRefused(() -> Backup.create(data, file), StorageOpenException.Kind.BROKEN, "exists");
    assertThat(file).hasContent("precious");
  }

  @Test
  void nothingIsLeftOfABackupThatFailed() throws Exception {
    fill(data, 500);
    try (RandomAccessFile damaged = new RandomAccessFile(DataFiles.database(data).toFile(), "rw")) {
      for (long offset = 3 * 4096; offset < damaged.length(); offset += 4096) {
        damaged.seek(offset);
        damaged.write(new byte[64]);
      }
    }
    assertRefused(() -> Backup.create(data, file), StorageOpenException.Kind.CORRUPT, "damaged");
    assertThat(directory.toFile().list()).containsExactly("data");
  }

  @Test
  void directoryWithoutADatabaseHasNoBackup() {
    assertRefused(
        () -> Backup.create(data, file), StorageOpenException.Kind.BROKEN, "does not exist");
    assertThat(data).doesNotExist();
  }

  @Test
  void directoryInUseIsNotRestoredInto() throws Exception {
    fill(data, 1);
    Backup.create(data, file);
    try (SqliteStore store = open(target)) {
      assertRefused(
          () -> Backup.restore(file, target, true), StorageOpenException.Kind.LOCKED, "in use");
      assertThat(store.journal().head(ROOM)).isNull();
    }
  }

  @Test
  void existingDatabaseIsReplacedOnlyIfSaidSo() throws Exception {
    fill(data, 1);
    Backup.create(data, file);
    fill(target, 7);

    assertRefused(
        () -> Backup.restore(file, target, false), StorageOpenException.Kind.BROKEN, "--replace");
    try (SqliteStore store = open(target)) {
      assertThat(store.journal().head(ROOM).lastSequence()).isEqualTo(7);
    }
  }

  @Test
  void damagedBackupIsRefusedAndTheOldStateStays() throws Exception {
    fill(data, 500);
    Backup.create(data, file);
    fill(target, 7);
    try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
      damaged.setLength(damaged.length() - 4096);
    }

    assertRefused(
        () -> Backup.restore(file, target, true), StorageOpenException.Kind.CORRUPT, "damaged");
    try (SqliteStore store = open(target)) {
      assertThat(store.journal().head(ROOM).lastSequence()).isEqualTo(7);
    }
    assertThat(target.toFile().list()).containsExactlyInAnyOrder("parley.db", "parley.lock");
  }

  @Test
  void databaseInUseIsNoBackup() throws Exception {
    fill(data, 1);
    try (SqliteStore store = open(data)) {
      store.journal().probe();
      assertRefused(
          () -> Backup.restore(DataFiles.database(data), target, false),
          StorageOpenException.Kind.BROKEN,
          "make a backup of it first");
    }
  }

  @Test
  void interruptedRestoreIsFinishedByTheNextStart() throws Exception {
    fill(data, 5);
    Backup.create(data, file);
    fill(target, 7);
    Files.copy(file, target.resolve(DataFiles.RESTORED));
    Files.writeString(target.resolve("parley.db-wal"), "log of the replaced database");

    try (SqliteStore store = open(target)) {
      assertThat(store.journal().head(ROOM).lastSequence()).isEqualTo(5);
    }
    assertThat(SqliteStore.check(target)).isEmpty();
  }
}
