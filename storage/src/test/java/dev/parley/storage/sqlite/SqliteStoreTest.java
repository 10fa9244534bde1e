package dev.parley.storage.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.TopicId;
import dev.parley.testkit.topic.AppendBuilder;
import java.io.BufferedReader;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Opening, closing, and what is refused.
final class SqliteStoreTest {
  private static final TopicId ROOM = new TopicId("room", "general");

  @TempDir Path directory;

  private SqliteStore open() throws StorageOpenException {
    return SqliteStore.open(directory, Durability.OS, StorageLimits.DEFAULTS);
  }

  private Path database() {
    return DataFiles.database(directory);
  }

  private static void say(SqliteStore store, long last, String text) throws JournalException {
    store
        .journal()
        .commit(List.of(AppendBuilder.append(ROOM, last).say("ann", text).build()), List.of());
  }

  private void assertRefused(StorageOpenException.Kind kind, String... message) {
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            StorageOpenException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContainingAll(message);
  }

  private void sql(String sql) throws Exception {
    try (Connection connection =
            new Connector(database(), Durability.OS, StorageLimits.DEFAULTS).plain();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void everythingIsThereAfterReopening() throws Exception {
    long epoch;
    try (SqliteStore store = open()) {
      epoch = store.journal().epoch();
      say(store, 0, "hello");
    }
    try (SqliteStore store = open()) {
      assertThat(store.journal().epoch()).isEqualTo(epoch);
      assertThat(store.reader().read(ROOM, 0, 9, 9, 99)).hasSize(1);
      say(store, 1, "again");
    }
  }

  @Test
  void closingLeavesOneDatabaseFileWithoutALog() throws Exception {
    try (SqliteStore store = open()) {
      say(store, 0, "hello");
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("parley.db", "parley.lock");
    }
  }

  @Test
  void directoryIsMadeForItsOwnerOnly() throws Exception {
    Path missing = directory.resolve("a?b=c#d%41/e f");
    SqliteStore.open(missing, Durability.OS, StorageLimits.DEFAULTS).close();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(missing)))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(missing.resolve("parley.db"))))
        .isEqualTo("rw-------");
  }

  @Test
  void afterClosingItRefusesClearly() throws Exception {
    SqliteStore store = open();
    store.close();

    assertThatThrownBy(() -> say(store, 0, "late")).isInstanceOf(JournalException.class);
    assertThatThrownBy(() -> store.reader().head(ROOM)).isInstanceOf(JournalException.class);
  }

  @Test
  void secondStoreOfThisProcessIsRefusedAndTheFirstKeepsItsLock() throws Exception {
    try (SqliteStore store = open()) {
      assertRefused(StorageOpenException.Kind.LOCKED, "in use by this process");
      assertRefused(StorageOpenException.Kind.LOCKED, directory.toString());
      say(store, 0, "still works");

      Process other = StoreProcess.start("hold", directory, 0, Map.of());
      assertThat(other.waitFor()).as("exit of the other process").isNotZero();
    }
    open().close();
  }

  @Test
  void storeOfAnotherProcessIsNamedByItsId() throws Exception {
    Process other = StoreProcess.start("hold", directory, 0, Map.of());
    try (BufferedReader lines = other.inputReader(UTF_8)) {
      assertThat(StoreProcess.line(lines)).isEqualTo("open");

      assertRefused(StorageOpenException.Kind.LOCKED, "process " + other.pid(), "stop that one");
      assertRefused(StorageOpenException.Kind.LOCKED, "process " + other.pid());

      other.getOutputStream().close();
      assertThat(other.waitFor()).isZero();
    }
    open().close();
  }

  @ParameterizedTest
  @CsvSource({"FSYNC, 2", "OS, 0", "MEMORY, 0"})
  void durabilityIsWhatSqliteWasTold(Durability durability, long synchronous) throws Exception {
    Connector connector = new Connector(database(), durability, StorageLimits.DEFAULTS);
    try (Session session = connector.writer()) {
      assertThat(session.queryLong("PRAGMA synchronous")).isEqualTo(synchronous);
      assertThat(session.queryLong("PRAGMA secure_delete")).as("FAST").isEqualTo(2);
      assertThat(session.queryLong("PRAGMA wal_autocheckpoint")).isEqualTo(4096);
      assertThat(session.queryLong("PRAGMA journal_size_limit")).isEqualTo(16 << 20);
      assertThat(session.queryText("PRAGMA journal_mode")).isEqualTo("wal");
    }
    try (Session session = connector.reader()) {
      assertThat(session.queryLong("PRAGMA query_only")).isEqualTo(1);
    }
  }

  @Test
  void nothingInMemoryIsLeftBehind() throws Exception {
    Path unused = directory.resolve("unused");
    SqliteStore store = SqliteStore.open(unused, Durability.MEMORY, StorageLimits.DEFAULTS);
    say(store, 0, "hello");
    assertThat(store.reader().read(ROOM, 0, 9, 9, 99)).hasSize(1);
    Path temporary = store.directory();
    assertThat(temporary).exists();
    store.close();

    assertThat(temporary).doesNotExist();
    assertThat(unused).doesNotExist();
  }

  @Test
  void newerSchemaIsRefusedAndLeftAlone() throws Exception {
    open().close();
    sql("PRAGMA user_version = 999");
    byte[] before = Files.readAllBytes(database());

    assertRefused(
        StorageOpenException.Kind.NEWER,
        "999",
        "expected: <= " + Migrations.VERSION,
        "run the newer");
    assertThat(Files.readAllBytes(database())).isEqualTo(before);
  }

  @Test
  void everyMigrationScriptIsCounted() throws Exception {
    int version = Migrations.VERSION;
    assertThat(scripts(version)).as("script of the newest version").isTrue();
    assertThat(scripts(version + 1)).as("script beyond the newest version").isFalse();
    open().close();
    try (Session session =
        new Connector(database(), Durability.OS, StorageLimits.DEFAULTS).reader()) {
      assertThat(session.queryLong("PRAGMA user_version")).isEqualTo(version);
      assertThat(
              session.queryLong("SELECT max(CAST(version AS INTEGER)) FROM flyway_schema_history"))
          .isEqualTo(version);
    }
  }

  private static boolean scripts(int version) throws Exception {
    Path resources = Path.of(Migrations.class.getResource("V1__journal.sql").toURI()).getParent();
    try (Stream<Path> files = Files.list(resources)) {
      return files.anyMatch(file -> file.getFileName().toString().startsWith("V" + version + "__"));
    }
  }

  @Test
  void otherProgramsDatabaseIsRefusedAndLeftAlone() throws Exception {
    sql("CREATE TABLE theirs (x)");
    byte[] before = Files.readAllBytes(database());

    assertRefused(StorageOpenException.Kind.CORRUPT, "another program");
    assertThat(Files.readAllBytes(database())).isEqualTo(before);
  }

  @Test
  void fileThatIsNoDatabaseIsRefused() throws Exception {
    Files.writeString(database(), "Dear diary, ".repeat(1_000));

    assertRefused(StorageOpenException.Kind.CORRUPT, database().toString(), "restore a backup");
  }

  @Test
  void emptyFileIsANewDatabase() throws Exception {
    Files.createFile(database());

    open().close();
  }

  @ParameterizedTest
  @CsvSource({"16", "24", "100"})
  void damagedHeaderIsRefused(int offset) throws Exception {
    fill();
    overwrite(offset);

    assertRefused(StorageOpenException.Kind.CORRUPT, "restore a backup");
  }

  @Test
  void damagedPageIsRefusedWhereverItIs() throws Exception {
    fill();
    byte[] sound = Files.readAllBytes(database());
    int refused = 0;
    int pages = sound.length / 4096;
    for (int page = 1; page < pages; page += 7) {
      Files.write(database(), sound);
      overwrite(page * 4096L);
      try {
        open().close();
      } catch (StorageOpenException e) {
        assertThat(e.kind()).isEqualTo(StorageOpenException.Kind.CORRUPT);
        refused++;
      }
    }
    // A page of a blob, or one of the many free ones, has no structure that could be damaged.
    assertThat(refused).isGreaterThan(pages / 7 / 3);
  }

  @Test
  void checkFindsWhatTheTablesDisagreeAbout() throws Exception {
    fill();
    assertThat(SqliteStore.check(directory)).isEmpty();

    sql("DELETE FROM entry WHERE position = (SELECT max(position) FROM entry)");
    assertThat(SqliteStore.check(directory)).anyMatch(line -> line.contains("ends with 500"));
  }

  @Test
  void truncatedFileIsRefused() throws Exception {
    fill();
    try (RandomAccessFile file = new RandomAccessFile(database().toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }

    assertRefused(StorageOpenException.Kind.CORRUPT, "restore a backup");
  }

  private void fill() throws Exception {
    try (SqliteStore store = open()) {
      AppendBuilder append = AppendBuilder.append(ROOM, 0);
      for (int i = 0; i < 500; i++) {
        append.say("ann", "key" + i, "some words to be found, and number " + i);
      }
      store.journal().commit(List.of(append.build()), List.of());
    }
  }

  private void overwrite(long offset) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(database().toFile(), "rw")) {
      file.seek(offset);
      file.write(new byte[] {-1, -2, -3, -4, -5, -6, -7, -8, -1, -1, -1, -1, -1, -1, -1, -1});
    }
  }

  @Test
  void directoryWithoutWritePermissionIsRefused() throws Exception {
    open().close();
    Files.delete(directory.resolve("parley.lock"));
    assumeTrue(directory.toFile().setWritable(false));
    try {
      assumeFalse(Files.isWritable(directory), "root may write anywhere");
      assertRefused(StorageOpenException.Kind.READ_ONLY, "cannot be written");
    } finally {
      assertThat(directory.toFile().setWritable(true)).isTrue();
    }
  }

  @Test
  void readOnlyFileSystemIsRefused() throws Exception {
    try (TestSystem.SmallDisk disk = TestSystem.SmallDisk.mount(directory, "16m")) {
      SqliteStore.open(disk.path(), Durability.OS, StorageLimits.DEFAULTS).close();
      disk.makeReadOnly();

      assertThatThrownBy(() -> SqliteStore.open(disk.path(), Durability.OS, StorageLimits.DEFAULTS))
          .isInstanceOfSatisfying(
              StorageOpenException.class,
              e -> assertThat(e.kind()).isEqualTo(StorageOpenException.Kind.READ_ONLY))
          .hasMessageContaining("read-write");
    }
  }

  @Test
  void readOnlyFileIsRefused() throws Exception {
    open().close();
    assumeTrue(TestSystem.run("chattr", "+i", database()), "needs root to make a file immutable");
    try {
      assertRefused(StorageOpenException.Kind.READ_ONLY, "cannot be written");
    } finally {
      TestSystem.run("chattr", "-i", database());
    }
  }

  @Test
  void fullFileSystemIsRefused() throws Exception {
    try (TestSystem.SmallDisk disk = TestSystem.SmallDisk.mount(directory, "64k")) {
      assertThatThrownBy(() -> SqliteStore.open(disk.path(), Durability.OS, StorageLimits.DEFAULTS))
          .isInstanceOfSatisfying(
              StorageOpenException.class,
              e -> assertThat(e.kind()).isEqualTo(StorageOpenException.Kind.FULL))
          .hasMessageContaining("make room");
    }
  }
}
