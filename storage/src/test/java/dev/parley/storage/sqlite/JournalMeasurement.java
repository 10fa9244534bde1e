package dev.parley.storage.sqlite;

import dev.parley.core.topic.Append;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Role;
import dev.parley.core.topic.SearchWords;
import dev.parley.core.topic.TopicId;
import dev.parley.testkit.topic.AppendBuilder;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;

/// Measures the store: appending, group commits, reading, searching, start-up, checks and backup.
/// A program to run by hand, not a test:
///
/// ```
/// usage: JournalMeasurement [DIRECTORY [ENTRIES [fsync|os|memory]]]
/// ```
final class JournalMeasurement {
  private static final int TOPICS = 100;
  private static final int VOCABULARY = 50_000;
  private static final PrintStream OUT = System.out;

  private final Random random = new Random(1);
  private final long[] lasts = new long[TOPICS];
  private final List<String> authors = new ArrayList<>();
  private final SqliteStore store;

  private JournalMeasurement(SqliteStore store) throws JournalException {
    this.store = store;
    for (int i = 0; i < 1_000; i++) {
      authors.add("user-" + i);
    }
    List<Append> founding = new ArrayList<>();
    for (int i = 0; i < TOPICS; i++) {
      lasts[i] =
          store.journal().head(topic(i)) == null
              ? 0
              : store.journal().head(topic(i)).lastSequence();
      founding.add(
          AppendBuilder.append(topic(i), lasts[i]).listed(true).put("user-0", Role.MEMBER).build());
    }
    store.journal().commit(founding, List.of());
  }

  private interface Step {
    void run() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    boolean given = args.length > 0;
    Path directory = given ? Path.of(args[0]) : Files.createTempDirectory("parley-measure-");
    int entries = args.length > 1 ? Integer.parseInt(args[1]) : 500_000;
    Durability durability =
        args.length > 2 ? Durability.valueOf(args[2].toUpperCase(Locale.ROOT)) : Durability.FSYNC;
    OUT.printf("%s, %s, %,d entries%n", directory, durability, entries);
    long start = System.nanoTime();
    SqliteStore store = SqliteStore.open(directory, durability, StorageLimits.DEFAULTS);
    OUT.printf("open (cold, %s): %s ms%n", given ? "as it is" : "new", millis(start));
    JournalMeasurement measurement = new JournalMeasurement(store);
    measurement.append(500, entries / 4, true);
    measurement.append(1_000, entries / 4, true);
    measurement.append(500, entries / 4, false);
    measurement.append(1_000, entries / 4, false);
    for (int batch : new int[] {1, 10, 100}) {
      measurement.append(batch, 1_000 * batch, true);
    }
    measurement.find();
    measurement.read();
    start = System.nanoTime();
    store.close();
    OUT.printf("close: %s ms%n", millis(start));
    if (durability != Durability.MEMORY) {
      afterwards(directory, durability);
    }
    if (!given) {
      DataFiles.deleteTree(directory);
    }
  }

  private static void afterwards(Path directory, Durability durability) throws Exception {
    Path file = DataFiles.database(directory);
    OUT.printf("file: %,d bytes%n", Files.size(file));
    time(
        "open and close (warm, up to date)",
        () -> SqliteStore.open(directory, durability, StorageLimits.DEFAULTS).close());
    time(
        "quick_check",
        () -> {
          try (var c = new Connector(file, durability, StorageLimits.DEFAULTS).plain()) {
            new IntegrityCheck(c).quick(Long.MAX_VALUE);
          }
        });
    time("full check", () -> SqliteStore.check(directory));
    Path backup = directory.resolve("backup.db");
    time("backup", () -> Backup.create(directory, backup));
    Path restored = directory.resolve("restored");
    time("restore", () -> Backup.restore(backup, restored, false));
    Files.delete(backup);
    DataFiles.deleteTree(restored);
    Path fresh = directory.resolve("fresh");
    time(
        "open and close (warm, new)",
        () -> SqliteStore.open(fresh, durability, StorageLimits.DEFAULTS).close());
    DataFiles.deleteTree(fresh);
  }

  private void append(int batch, int entries, boolean ordered) throws JournalException {
    int commits = Math.max(1, entries / batch);
    List<List<Append>> work = new ArrayList<>();
    long[] nanos = new long[commits];
    for (int i = 0; i < commits; i++) {
      work.add(batch(batch, ordered));
    }
    long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    long start = System.nanoTime();
    for (int i = 0; i < commits; i++) {
      long before = System.nanoTime();
      store.journal().commit(work.get(i), List.of());
      nanos[i] = System.nanoTime() - before;
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu;
    Arrays.sort(nanos);
    OUT.printf(
        "append, %5d a commit, keys %s: %,9.0f entries/s, %,7.0f commits/s; ms p50 %.2f p99 %.2f"
            + " max %.2f; CPU %.1f µs an entry%n",
        batch,
        ordered ? "by time" : "random",
        commits * (double) batch / seconds,
        commits / seconds,
        nanos[commits / 2] / 1e6,
        nanos[commits * 99 / 100] / 1e6,
        nanos[commits - 1] / 1e6,
        cpu / 1e3 / commits / batch);
  }

  private List<Append> batch(int size, boolean ordered) {
    AppendBuilder[] appends = new AppendBuilder[TOPICS];
    for (int i = 0; i < size; i++) {
      int topic = (int) (TOPICS * random.nextDouble() * random.nextDouble());
      if (appends[topic] == null) {
        appends[topic] = AppendBuilder.append(topic(topic), lasts[topic]);
      }
      lasts[topic]++;
      String author = authors.get(random.nextInt(authors.size()));
      long high = ordered ? System.nanoTime() << 16 : random.nextLong();
      String key = new UUID(high, random.nextLong()).toString();
      appends[topic].say(author, key, text());
    }
    return Arrays.stream(appends).filter(Objects::nonNull).map(AppendBuilder::build).toList();
  }

  /// Some hundred characters; a few words are common, most are rare.
  private String text() {
    StringBuilder text = new StringBuilder();
    while (text.length() < 95) {
      int rank = (int) Math.pow(VOCABULARY, random.nextDouble());
      text.append(word(rank)).append(' ');
    }
    return text.toString();
  }

  private static String word(int rank) {
    return Integer.toString(rank * 7919, 36);
  }

  private void find() throws JournalException {
    int rounds = 20;
    for (int batch : new int[] {1, 500}) {
      long start = System.nanoTime();
      for (int round = 0; round < rounds * (500 / batch); round++) {
        List<Lookup> lookups = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
          lookups.add(
              new Lookup.ByKey(
                  topic(random.nextInt(TOPICS)),
                  authors.get(random.nextInt(1_000)),
                  new UUID(random.nextLong(), random.nextLong()).toString()));
        }
        store.journal().find(lookups);
      }
      OUT.printf(
          "find by key, %d at once: %.1f µs each%n",
          batch, (System.nanoTime() - start) / 1e3 / (rounds * 500));
    }
  }

  private void read() throws Exception {
    JournalReader reader = store.reader();
    each(
        "page of the newest 50",
        2_000,
        () ->
            reader.page(
                topic(0),
                reader.oldestOf(50, topic(0), Long.MAX_VALUE, null) - 1,
                Long.MAX_VALUE,
                null,
                50,
                1 << 20));
    each(
        "read 500 anywhere",
        500,
        () -> reader.read(topic(0), random.nextInt((int) lasts[0]), Long.MAX_VALUE, 500, 1 << 20));
    each("topics, 50", 20, () -> reader.topics("room", "user-0", false, "", 50));
    for (int rank : new int[] {1, 10, 100, 1_000, 40_000}) {
      List<Entry> found =
          reader.search(topic(0), SearchWords.parse(word(rank)), null, Long.MAX_VALUE, 50);
      each(
          "search word of rank %,d (%d found)".formatted(rank, found.size()),
          50,
          () -> reader.search(topic(0), SearchWords.parse(word(rank)), null, Long.MAX_VALUE, 50));
    }
    each(
        "search two words, last topic",
        50,
        () ->
            reader.search(
                topic(TOPICS - 1),
                SearchWords.parse(word(2) + " " + word(30)),
                null,
                Long.MAX_VALUE,
                50));
    each(
        "search prefix of 1",
        5,
        () -> reader.search(topic(0), SearchWords.parse("a*"), null, Long.MAX_VALUE, 50));
    each(
        "search prefix of 3",
        5,
        () -> reader.search(topic(0), SearchWords.parse("abc*"), null, Long.MAX_VALUE, 50));
    each(
        "search by author",
        50,
        () -> reader.search(topic(0), SearchWords.parse(word(1)), "user-7", Long.MAX_VALUE, 50));
  }

  private static void each(String what, int times, Step step) throws Exception {
    step.run();
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      step.run();
    }
    OUT.printf("%s: %,.0f µs%n", what, (System.nanoTime() - start) / 1e3 / times);
  }

  private static void time(String what, Step step) throws Exception {
    long start = System.nanoTime();
    step.run();
    OUT.printf("%s: %s ms%n", what, millis(start));
  }

  private static long millis(long start) {
    return (System.nanoTime() - start) / 1_000_000;
  }

  private static TopicId topic(int i) {
    return new TopicId("room", "room-%03d".formatted(i));
  }
}
