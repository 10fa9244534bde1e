package dev.parley.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.SearchWords;
import dev.parley.core.topic.TopicId;
import dev.parley.testkit.topic.AppendBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// What happens when storage fails under a running server.
final class SqliteFailureTest {
  private static final TopicId ROOM = new TopicId("room", "general");
  /// Far more than are said before the log has been cut three times, however busy the machine is.
  private static final int MAX_MESSAGES = 20_000;

  private static final String LONG = "x".repeat(50_000);

  @TempDir Path directory;
  private long last;

  private void say(SqliteStore store, String text) throws JournalException {
    store
        .journal()
        .commit(List.of(AppendBuilder.append(ROOM, last).say("ann", text).build()), List.of());
    last++;
  }

  private void fill(SqliteStore store) {
    assertThatThrownBy(
            () -> {
              while (last < 100_000) {
                say(store, LONG);
              }
            })
        .isInstanceOfSatisfying(
            JournalException.class,
            e -> assertThat(e.kind()).isEqualTo(JournalException.Cause.FULL))
        .hasMessageContaining("make room");
  }

  private void assertEverythingAcknowledgedIsThere(SqliteStore store) throws JournalException {
    assertThat(store.journal().head(ROOM).lastSequence()).isEqualTo(last);
    assertThat(store.reader().read(ROOM, last - 1, last, 9, 9)).hasSize(1);
    assertThat(store.reader().read(ROOM, last, Long.MAX_VALUE, 9, 9)).isEmpty();
  }

  @Test
  void quotaRefusesAndSomeMoreRoomHelps() throws Exception {
    StorageLimits small = StorageLimits.DEFAULTS.withMaxFileBytes(2 << 20);
    try (SqliteStore store = SqliteStore.open(directory, Durability.OS, small)) {
      fill(store);
      assertEverythingAcknowledgedIsThere(store);
      fill(store);
      assertThatThrownBy(() -> store.journal().probe()).isInstanceOf(JournalException.class);

      // Erased entries make room.
      TopicId other = new TopicId("room", "other");
      store.journal().commit(List.of(AppendBuilder.append(other, 0).build()), List.of());
      store.journal().commit(List.of(AppendBuilder.append(ROOM, last).erase().build()), List.of());
      while (store.journal().reap(10)) {}
      store.journal().probe();
      store
          .journal()
          .commit(List.of(AppendBuilder.append(other, 0).say("ann", LONG).build()), List.of());
    }
    try (SqliteStore store = SqliteStore.open(directory, Durability.OS, StorageLimits.DEFAULTS)) {
      assertThat(store.journal().head(ROOM).erased()).isTrue();
    }
    assertThat(SqliteStore.check(directory)).isEmpty();
  }

  /// Otherwise a file that is too full for it would be said to work, again and again.
  @Test
  void aProbeTriesWhatTheNextCommitsHaveToDo() throws Exception {
    StorageLimits limits = StorageLimits.DEFAULTS.withUnappliedBytes(0);
    try (SqliteStore store = SqliteStore.open(directory, Durability.OS, limits)) {
      say(store, "words that wait for their index");
      assertThat(fresh()).isEqualTo(1);
      store.journal().probe();
      assertThat(fresh()).isZero();
      assertThat(store.reader().search(ROOM, SearchWords.parse("wait"), null, 9, 9)).hasSize(1);
    }
  }

  private long fresh() throws Exception {
    try (Session session =
        new Connector(DataFiles.database(directory), Durability.OS, StorageLimits.DEFAULTS)
            .reader()) {
      return session.queryLong("SELECT count(*) FROM fresh");
    }
  }

  @Test
  void fullDiskRefusesAndWorksAgainWhenThereIsRoom() throws Exception {
    try (TestSystem.SmallDisk disk = TestSystem.SmallDisk.mount(directory, "8m")) {
      Path ballast = disk.path().resolve("ballast");
      Files.write(ballast, new byte[2 << 20]);
      try (SqliteStore store =
          SqliteStore.open(disk.path(), Durability.FSYNC, StorageLimits.DEFAULTS)) {
        fill(store);
        assertEverythingAcknowledgedIsThere(store);
        fill(store);

        Files.delete(ballast);
        store.journal().probe();
        say(store, "there is room again");
        assertEverythingAcknowledgedIsThere(store);
      }
      assertThat(SqliteStore.check(disk.path())).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SQLITE_FULL, FULL",
    "SQLITE_IOERR_SHMSIZE, FULL",
    "SQLITE_READONLY, READ_ONLY",
    "SQLITE_READONLY_DIRECTORY, READ_ONLY",
    "SQLITE_READONLY_DBMOVED, READ_ONLY",
    "SQLITE_CORRUPT, CORRUPT",
    "SQLITE_CORRUPT_INDEX, CORRUPT",
    "SQLITE_CORRUPT_VTAB, CORRUPT",
    "SQLITE_NOTADB, CORRUPT",
    "SQLITE_IOERR_FSYNC, BROKEN",
    "SQLITE_BUSY, BROKEN",
    "SQLITE_NOMEM, BROKEN",
    "SQLITE_CONSTRAINT_UNIQUE, BROKEN",
    "UNKNOWN_ERROR, BROKEN",
  })
  void resultCodesHaveAMeaning(SQLiteErrorCode code, JournalException.Cause cause) {
    JournalException e = Failures.journal(new SQLiteException("why", code), Path.of("f.db"));

    assertThat(e.kind()).isEqualTo(cause);
    assertThat(e).hasMessageContainingAll("f.db", "why");
  }

  @Test
  void readsWaitForTheirTurnButNotForEver() throws Exception {
    StorageLimits limits = StorageLimits.DEFAULTS.withReaders(1, Duration.ofMillis(1));
    SqliteStore.open(directory, Durability.OS, limits).close();
    try (ReaderPool pool =
        new ReaderPool(new Connector(DataFiles.database(directory), Durability.OS, limits), 1)) {
      pool.read(
          session -> {
            assertThatThrownBy(() -> pool.read(other -> 1))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("1 reads at once");
            return 1;
          });
      long seven = pool.read(session -> session.queryLong("SELECT 7"));
      assertThat(seven).isEqualTo(7);
    }
  }

  @Test
  void logIsCutWhenTheReaderThatHeldItIsGone() throws Exception {
    StorageLimits limits = StorageLimits.DEFAULTS.withLogBytes(1 << 20).withUnappliedBytes(0);
    Path log = DataFiles.log(DataFiles.database(directory));
    try (SqliteStore store = SqliteStore.open(directory, Durability.OS, limits)) {
      say(store, "hello");
      try (Session reader =
          new Connector(DataFiles.database(directory), Durability.OS, limits).reader()) {
        assertThat(reader.queryLong("SELECT count(*) FROM entry")).isEqualTo(1);
        while (Files.size(log) < 10 << 20) {
          say(store, LONG);
        }
        assertThat(reader.queryLong("SELECT count(*) FROM entry")).as("snapshot").isEqualTo(1);
      }
      for (int i = 0; i < 200; i++) {
        say(store, LONG);
      }
      assertThat(Files.size(log)).isLessThan(6 << 20);
    }
  }

  @Test
  void logIsCutAgainAndAgainUnderSteadyReading() throws Exception {
    StorageLimits limits = StorageLimits.DEFAULTS.withLogBytes(1 << 20);
    Path log = DataFiles.log(DataFiles.database(directory));
    try (SqliteStore store = SqliteStore.open(directory, Durability.OS, limits)) {
      say(store, "hello");
      AtomicBoolean done = new AtomicBoolean();
      List<Thread> readers = IntStream.range(0, 3).mapToObj(i -> reading(store, done)).toList();
      int cuts = 0;
      int messages = 0;
      for (long before = 0; cuts < 3; messages++) {
        assertThat(messages).as("messages, and %d cuts", cuts).isLessThan(MAX_MESSAGES);
        say(store, LONG);
        long now = Files.size(log);
        cuts += now < before ? 1 : 0;
        before = now;
      }
      done.set(true);
      for (Thread reader : readers) {
        reader.join();
      }
    }
  }

  private static Thread reading(SqliteStore store, AtomicBoolean done) {
    return Thread.startVirtualThread(
        () -> {
          try {
            while (!done.get()) {
              store.reader().read(ROOM, 0, Long.MAX_VALUE, 100, 1 << 20);
            }
          } catch (JournalException e) {
            throw new AssertionError(e);
          }
        });
  }
}
