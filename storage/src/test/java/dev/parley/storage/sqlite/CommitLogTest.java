package dev.parley.storage.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.core.topic.Entry;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.SearchWords;
import dev.parley.core.topic.TopicId;
import dev.parley.testkit.topic.AppendBuilder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What was committed and is not in the tables yet.
final class CommitLogTest {
  private static final TopicId ROOM = new TopicId("room", "general");
  private static final String LONG = "x".repeat(100_000);
  private static final TopicId OTHER = new TopicId("room", "other");

  @TempDir Path folder;

  private Path directory(String name) {
    return folder.resolve(name);
  }

  private static SqliteStore open(Path directory) throws StorageOpenException {
    return SqliteStore.open(directory, Durability.OS, StorageLimits.DEFAULTS);
  }

  private static void say(SqliteStore store, TopicId topic, long last, String text)
      throws JournalException {
    store
        .journal()
        .commit(List.of(AppendBuilder.append(topic, last).say("ann", text).build()), List.of());
  }

  private static long stored(Path directory) throws Exception {
    try (Session session =
        new Connector(DataFiles.database(directory), Durability.OS, StorageLimits.DEFAULTS)
            .reader()) {
      return session.queryLong("SELECT count(*) FROM entry");
    }
  }

  private static List<String> texts(SqliteStore store, TopicId topic) throws JournalException {
    return store.reader().read(topic, 0, Long.MAX_VALUE, 99, 9_999).stream()
        .map(Entry::body)
        .map(body -> new String(body, UTF_8))
        .toList();
  }

  /// What a process leaves that is killed now.
  private Path killed(Path directory, String name) throws Exception {
    Path copy = Files.createDirectory(directory(name));
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  private SqliteStore withTwoWaiting(Path directory) throws Exception {
    SqliteStore store = open(directory);
    say(store, ROOM, 0, "one");
    say(store, ROOM, 1, "two");
    return store;
  }

  @Test
  void whoReadsATopicHasItCarriedIntoTheTables() throws Exception {
    Path data = directory("data");
    try (SqliteStore store = withTwoWaiting(data)) {
      assertThat(stored(data)).as("in the tables").isZero();

      assertThat(store.reader().read(OTHER, 0, Long.MAX_VALUE, 9, 99)).isEmpty();
      assertThat(stored(data)).as("for another topic").isZero();

      assertThat(texts(store, ROOM)).containsExactly("one", "two");
      assertThat(stored(data)).isEqualTo(2);
    }
  }

  @Test
  @Timeout(60)
  void afterAWhileItIsCarriedOverAndForgottenByTheLog() throws Exception {
    Path data = directory("data");
    try (SqliteStore store = withTwoWaiting(data)) {
      Connector database =
          new Connector(DataFiles.database(data), Durability.OS, StorageLimits.DEFAULTS);
      assertThat(CommitLog.of(database).commits()).hasSize(2);
      while (!CommitLog.of(database).commits().isEmpty()) {
        Thread.sleep(10);
      }
      assertThat(stored(data)).isEqualTo(2);
      say(store, ROOM, 2, "three");
      assertThat(texts(store, ROOM)).containsExactly("one", "two", "three");
    }
  }

  @Test
  void whatWaitedWhenTheProcessWasKilledIsThereAtTheNextStart() throws Exception {
    Path data = directory("data");
    Path copy;
    try (SqliteStore store = withTwoWaiting(data)) {
      assertThat(texts(store, ROOM)).containsExactly("one", "two");
      say(store, ROOM, 2, "three");
      copy = killed(data, "copy");
      assertThat(stored(copy)).as("in the tables").isEqualTo(2);
    }
    for (int start = 1; start <= 2; start++) {
      try (SqliteStore store = open(copy)) {
        assertThat(texts(store, ROOM)).containsExactly("one", "two", "three");
        SearchWords three = SearchWords.parse("three");
        assertThat(store.reader().search(ROOM, three, null, Long.MAX_VALUE, 9)).hasSize(1);
      }
      assertThat(copy.resolve(DataFiles.COMMITS)).doesNotExist();
    }
    assertThat(SqliteStore.check(copy)).isEmpty();
  }

  /// As after a crash between the two: the tables have it, and the log still has it too.
  @Test
  void whatIsInBothIsNotCarriedOverTwice() throws Exception {
    Path data = directory("data");
    Path before;
    Path after;
    try (SqliteStore store = withTwoWaiting(data)) {
      before = killed(data, "before");
      assertThat(texts(store, ROOM)).hasSize(2);
      after = killed(data, "after");
    }
    for (String suffix : List.of("", "-wal", "-shm")) {
      Path file = after.resolve(DataFiles.COMMITS + suffix);
      Files.deleteIfExists(file);
      if (Files.exists(before.resolve(DataFiles.COMMITS + suffix))) {
        Files.copy(before.resolve(DataFiles.COMMITS + suffix), file);
      }
    }
    try (SqliteStore store = open(after)) {
      assertThat(texts(store, ROOM)).containsExactly("one", "two");
      say(store, ROOM, 2, "three");
      assertThat(texts(store, ROOM)).hasSize(3);
    }
    assertThat(SqliteStore.check(after)).isEmpty();
  }

  /// As when a commit is reported as failed because copying the log into the file failed after it.
  @Test
  void whatIsWrittenOnceMoreIsThereOnce() throws Exception {
    Path data = directory("data");
    open(data).close();
    Commit first = commit(1, 0, "one");
    Commit second = commit(2, 1, "two");
    Connector connector =
        new Connector(DataFiles.database(data), Durability.OS, StorageLimits.DEFAULTS);
    try (Session anchor = connector.anchor(false);
        var tables = new Tables(connector, anchor, () -> {})) {
      tables.write(List.of(first));
      tables.write(List.of(first, second));
      tables.write(List.of(first, second));
      assertThat(tables.applied()).isEqualTo(2);
    }
    try (SqliteStore store = open(data)) {
      assertThat(texts(store, ROOM)).containsExactly("one", "two");
    }
  }

  private static Commit commit(long number, long last, String text) {
    return new Commit(
        number, List.of(AppendBuilder.append(ROOM, last).say("ann", text).build()), List.of());
  }

  /// As after a power cut, where syncing was left to the system: the log has forgotten what the
  /// tables had, and the tables have it no more.
  @Test
  void aGapBetweenTablesAndLogIsTold() throws Exception {
    Path data = directory("data");
    Path early;
    Path copy;
    try (SqliteStore store = withTwoWaiting(data)) {
      early = killed(data, "early");
      assertThat(texts(store, ROOM)).hasSize(2);
      say(store, ROOM, 2, "three");
      copy = killed(data, "copy");
    }
    for (String suffix : List.of("", "-wal", "-shm")) {
      Path file = copy.resolve(DataFiles.DATABASE + suffix);
      Files.delete(file);
      Files.copy(early.resolve(DataFiles.DATABASE + suffix), file);
    }
    assertThatThrownBy(() -> SqliteStore.open(copy, Durability.FSYNC, StorageLimits.DEFAULTS))
        .isInstanceOf(StorageOpenException.class)
        .hasMessageContainingAll(DataFiles.COMMITS, "commit 3", "ends with 0", "move that file");
    for (int start = 1; start <= 2; start++) {
      try (SqliteStore store = open(copy)) {
        assertThat(texts(store, ROOM)).hasSize(start - 1);
        say(store, ROOM, start - 1L, "anew");
      }
    }
  }

  @Test
  void whoAddsFasterThanItIsCarriedOverDoesItHimself() throws Exception {
    StorageLimits limits = StorageLimits.DEFAULTS.withUnappliedBytes(1 << 20);
    Path data = directory("data");
    try (SqliteStore store = SqliteStore.open(data, Durability.OS, limits)) {
      for (long i = 0; i < 200; i++) {
        say(store, ROOM, i, "x".repeat(20_000));
        long waiting = i + 1 - stored(data);
        assertThat(waiting * 20_000 * 2 * 3).as("bytes of %d", waiting).isLessThan(4L << 20);
      }
      assertThat(store.reader().head(ROOM).lastSequence()).isEqualTo(200);
    }
  }

  /// Readers, while commits go on and are carried over by whoever is first.
  @Test
  void readersAlwaysSeeWhatWasCommittedBefore() throws Exception {
    Path data = directory("data");
    try (SqliteStore store = open(data)) {
      long[] committed = new long[1];
      var lock = new Object();
      var done = new CountDownLatch(1);
      List<Throwable> failures = new ArrayList<>();
      List<Thread> readers =
          Stream.generate(
                  () ->
                      Thread.ofPlatform()
                          .start(
                              () -> {
                                try {
                                  while (done.getCount() > 0) {
                                    long least;
                                    synchronized (lock) {
                                      least = committed[0];
                                    }
                                    assertThat(store.reader().oldestOf(1, ROOM, 99_999, null))
                                        .isGreaterThanOrEqualTo(least);
                                  }
                                } catch (JournalException | AssertionError e) {
                                  synchronized (lock) {
                                    failures.add(e);
                                  }
                                }
                              }))
              .limit(3)
              .toList();
      for (int i = 0; i < 2_000; i++) {
        say(store, ROOM, i, "text " + i);
        synchronized (lock) {
          committed[0] = i + 1L;
        }
      }
      done.countDown();
      for (Thread reader : readers) {
        reader.join();
      }
      assertThat(failures).isEmpty();
    }
  }

  @Test
  void aBackupHasWhatWaits() throws Exception {
    Path data = directory("data");
    Path backup = directory("backup.db");
    try (SqliteStore store = withTwoWaiting(data)) {
      assertThat(texts(store, ROOM)).hasSize(2);
      say(store, ROOM, 2, "three");
      Backup.create(data, backup);
      assertThat(stored(data)).as("in the tables").isEqualTo(2);
    }
    Path restored = directory("restored");
    Backup.restore(backup, restored, false);
    try (SqliteStore store = open(restored)) {
      assertThat(texts(store, ROOM)).containsExactly("one", "two", "three");
    }
  }

  @Test
  void theLogOfAReplacedDatabaseGoesWithIt() throws Exception {
    Path backup = directory("backup.db");
    withTwoWaiting(directory("origin")).close();
    Backup.create(directory("origin"), backup);
    Path data = directory("data");
    Path copy;
    try (SqliteStore store = open(data)) {
      say(store, OTHER, 0, "of the replaced one");
      copy = killed(data, "copy");
    }
    Backup.restore(backup, copy, true);
    try (SqliteStore store = open(copy)) {
      assertThat(texts(store, ROOM)).containsExactly("one", "two");
      assertThat(store.reader().head(OTHER)).isNull();
    }
  }

  @Test
  void theLogOfAnotherDatabaseIsRefused() throws Exception {
    Path data = directory("data");
    open(data).close();
    try (SqliteStore store = withTwoWaiting(directory("other"))) {
      Path other = killed(store.directory(), "copy");
      Files.copy(other.resolve(DataFiles.COMMITS), data.resolve(DataFiles.COMMITS));
      Files.copy(
          other.resolve(DataFiles.COMMITS + "-wal"), data.resolve(DataFiles.COMMITS + "-wal"));
    }
    assertThatThrownBy(() -> open(data))
        .isInstanceOf(StorageOpenException.class)
        .hasMessageContainingAll(DataFiles.COMMITS, "another database", "put that one back");
    assertThat(data.resolve(DataFiles.COMMITS)).exists();
    Path backup = directory("backup.db");
    assertThatThrownBy(() -> Backup.create(data, backup))
        .isInstanceOf(StorageOpenException.class)
        .hasMessageContainingAll(DataFiles.COMMITS, "another database");
    assertThat(backup).doesNotExist();
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("data", "other", "copy");
  }

  @Test
  void aDamagedLogIsRefusedAndFoundByTheCheck() throws Exception {
    Path copy;
    try (SqliteStore store = open(directory("data"))) {
      say(store, ROOM, 0, "x".repeat(50_000));
      try (Session session =
          new Connector(
                  store.directory().resolve(DataFiles.COMMITS),
                  Durability.OS,
                  StorageLimits.DEFAULTS)
              .writer()) {
        session.outsideTransaction("PRAGMA wal_checkpoint(TRUNCATE)");
      }
      copy = killed(store.directory(), "copy");
    }
    try (var file = new RandomAccessFile(copy.resolve(DataFiles.COMMITS).toFile(), "rw")) {
      for (long offset = 4096; offset < file.length(); offset += 4096) {
        file.seek(offset);
        file.write(new byte[64]);
      }
    }
    assertThat(SqliteStore.check(copy)).isNotEmpty();
    assertThatThrownBy(() -> open(copy))
        .isInstanceOfSatisfying(
            StorageOpenException.class,
            e -> assertThat(e.kind()).isEqualTo(StorageOpenException.Kind.CORRUPT))
        .hasMessageContaining(DataFiles.COMMITS);
  }

  /// SQLite takes a transaction back by itself when it has no room for it; and what is only tried
  /// out may be in the tables at no time.
  @Test
  void afterAFailedLookAtWhatWaitsTheNextOneChangesNothingEither() throws Exception {
    Path data = directory("data");
    open(data).close();
    Connector connector =
        new Connector(
            DataFiles.database(data),
            Durability.OS,
            StorageLimits.DEFAULTS.withMaxFileBytes(Files.size(DataFiles.database(data))));
    List<Commit> large = List.of(commit(1, 0, "x".repeat(4 << 20)));
    List<Commit> small = List.of(commit(1, 0, "small"));
    try (Session anchor = connector.anchor(false);
        var tables = new Tables(connector, anchor, () -> {})) {
      for (int times = 0; times < 3; times++) {
        assertThatThrownBy(() -> tables.preview(large, _ -> 1))
            .isInstanceOfSatisfying(
                JournalException.class,
                e -> assertThat(e.kind()).isEqualTo(JournalException.Cause.FULL));
        assertThatThrownBy(
                () ->
                    tables.preview(
                        small,
                        _ -> {
                          throw new IllegalStateException("the reader's");
                        }))
            .hasMessageContaining("the reader's");
        long entries =
            tables.preview(small, session -> session.queryLong("SELECT count(*) FROM entry"));
        assertThat(entries).isEqualTo(1);
        assertThat(stored(data)).as("in the tables").isZero();
      }
    }
    try (var tables =
        new Tables(
            new Connector(DataFiles.database(data), Durability.OS, StorageLimits.DEFAULTS),
            connector.anchor(false),
            () -> {})) {
      tables.write(small);
      assertThat(tables.applied()).isEqualTo(1);
    }
  }

  /// A disk that is large enough for the log to be used, and then full all of a sudden.
  @Test
  void whatWaitsIsReadThoughTheTablesCannotBeWritten() throws Exception {
    StorageLimits limits = StorageLimits.DEFAULTS.withUnappliedBytes(1 << 20);
    Path mount = Files.createDirectory(directory("disk"));
    try (TestSystem.SmallDisk disk = TestSystem.SmallDisk.mount(mount, "48m");
        SqliteStore store =
            SqliteStore.open(disk.path().resolve("data"), Durability.FSYNC, limits)) {
      Path data = store.directory();
      say(store, ROOM, 0, "x".repeat(9_000));
      say(store, OTHER, 0, "of another");
      assertThat(stored(data)).as("in the tables").isZero();
      Path ballast = disk.path().resolve("ballast");
      try (var out = Files.newOutputStream(ballast)) {
        while (true) {
          out.write(new byte[4_096]);
        }
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("No space left");
      }
      for (int times = 0; times < 2; times++) {
        assertThat(texts(store, OTHER)).containsExactly("of another");
        assertThat(texts(store, ROOM)).hasSize(1);
        SearchWords another = SearchWords.parse("another");
        assertThat(store.reader().search(OTHER, another, null, Long.MAX_VALUE, 9)).hasSize(1);
        assertThat(store.journal().head(ROOM).lastSequence()).isEqualTo(1);
      }
      assertThatThrownBy(() -> say(store, ROOM, 1, LONG))
          .isInstanceOfSatisfying(
              JournalException.class,
              e -> assertThat(e.kind()).isEqualTo(JournalException.Cause.FULL));
      Files.delete(ballast);
      store.journal().probe();
      say(store, ROOM, 1, "again");
      assertThat(texts(store, ROOM)).hasSize(2);
    }
  }
}
