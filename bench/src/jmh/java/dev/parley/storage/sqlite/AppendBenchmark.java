package dev.parley.storage.sqlite;

import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.Append;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.Journal;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.TopicId;
import dev.parley.jmh.Talk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Commits of the SQLite journal, of so many messages each, with random ids, which cost more than
/// those that begin with the time. One operation is one message.
///
/// The store grows as it is measured, and copies its log into its file now and then, as it does in
/// a server. Making a draft (its id, above all) is measured too: some tenths of a microsecond.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AppendBenchmark {
  private static final int USERS = 100;
  private static final int DRAFTS = 1 << 12;
  private static final int LARGEST = 512;

  @Param({"MEMORY", "OS", "FSYNC"})
  public Durability durability;

  /// Rooms that the messages of a commit are spread over, at random.
  @Param("1")
  public int rooms;

  /// Messages that are there before the measuring.
  @Param("100000")
  public int stored;

  private final RandomGenerator random = new SplittableRandom(2);
  private final Talk talk = new Talk(USERS);
  private final List<Draft> drafts = talk.drafts(DRAFTS);
  private TopicId[] topics;
  private long[] lasts;
  private Path directory;
  private SqliteStore store;
  private Journal journal;

  @Setup
  public void open() throws IOException, StorageOpenException, JournalException {
    topics = new TopicId[rooms];
    lasts = new long[rooms];
    for (int i = 0; i < rooms; i++) {
      topics[i] = RoomRules.topic("room-" + i);
    }
    directory = Files.createTempDirectory("parley-jmh-");
    store = SqliteStore.open(directory, durability, StorageLimits.DEFAULTS);
    journal = store.journal();
    for (int i = 0; i < stored; i += LARGEST) {
      commit(Math.min(LARGEST, stored - i));
    }
  }

  @TearDown
  public void close() throws IOException {
    store.close();
    DataFiles.deleteTree(directory);
  }

  @Benchmark
  public void commitOf1() throws JournalException {
    commit(1);
  }

  @Benchmark
  @OperationsPerInvocation(32)
  public void commitOf32() throws JournalException {
    commit(32);
  }

  @Benchmark
  @OperationsPerInvocation(LARGEST)
  public void commitOf512() throws JournalException {
    commit(LARGEST);
  }

  private void commit(int messages) throws JournalException {
    Map<Integer, List<Draft>> byRoom = new LinkedHashMap<>();
    for (int i = 0; i < messages; i++) {
      byRoom.computeIfAbsent(random.nextInt(rooms), _ -> new ArrayList<>()).add(draft());
    }
    List<Append> appends = new ArrayList<>(byRoom.size());
    byRoom.forEach((room, said) -> appends.add(append(room, said)));
    journal.commit(appends, List.of());
  }

  private Append append(int room, List<Draft> said) {
    Append append =
        new Append(
            topics[room], lasts[room], said, List.of(), List.of(), null, null, /* erased= */ false);
    lasts[room] += said.size();
    return append;
  }

  /// What was said before, once more under another id.
  private Draft draft() {
    Draft draft = drafts.get(random.nextInt(DRAFTS));
    return new Draft(
        draft.type(),
        draft.content(),
        draft.author(),
        talk.id(),
        draft.parent(),
        draft.atMicros(),
        draft.body(),
        draft.text());
  }
}
