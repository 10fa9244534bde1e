package dev.parley.storage.sqlite;

import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.TopicHead;
import dev.parley.core.topic.TopicId;
import dev.parley.testkit.topic.AppendBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A process of its own that has a store open. Prints what it does, a line each.
final class StoreProcess {
  static final TopicId ROOM = new TopicId("room", "general");

  private static final PrintStream OUT = System.out;

  private StoreProcess() {}

  /// Starts one.
  ///
  /// @param what `hold`, `commit`, `sync-failure` or `sync-failure-and-end`
  static Process start(String what, Path directory, long seed, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "--enable-native-access=ALL-UNNAMED",
            "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile", ""),
            "-Dparley.test.log=" + System.getProperty("parley.test.log", "off"),
            "-cp",
            System.getProperty("java.class.path"),
            StoreProcess.class.getName(),
            what,
            directory.toString(),
            Long.toString(seed));
    builder.environment().putAll(environment);
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /// Its next line.
  static String line(BufferedReader reader) throws IOException {
    String line = reader.readLine();
    if (line == null) {
      throw new IOException("the process ended");
    }
    return line;
  }

  public static void main(String[] args) throws Exception {
    System.setOut(System.err);
    Path directory = Path.of(args[1]);
    try (SqliteStore store =
        SqliteStore.open(directory, Durability.FSYNC, StorageLimits.DEFAULTS)) {
      OUT.println("open");
      switch (args[0]) {
        case "hold" -> System.in.read();
        case "commit" -> commitForEver(store, new Random(Long.parseLong(args[2])));
        case "sync-failure" -> failToSync(store, directory.resolve("fail-sync"));
        case "sync-failure-and-end" -> failToSyncAndEnd(store, directory.resolve("fail-sync"));
        default -> throw new IllegalArgumentException(args[0]);
      }
    }
  }

  private static void commitForEver(SqliteStore store, Random random) throws JournalException {
    TopicHead head = store.journal().head(ROOM);
    long last = head == null ? 0 : head.lastSequence();
    while (true) {
      AppendBuilder append = AppendBuilder.append(ROOM, last);
      int entries = 1 + random.nextInt(20);
      for (int i = 1; i <= entries; i++) {
        append.say("ann", "key" + (last + i), "entry number " + (last + i));
      }
      last += entries;
      store.journal().commit(List.of(append.build()), List.of());
      OUT.println(last);
    }
  }

  /// While the file exists, syncing fails.
  private static void failToSync(SqliteStore store, Path flag) throws Exception {
    say(store, 0);
    Files.createFile(flag);
    say(store, 1);
    say(store, 1);
    Files.delete(flag);
    OUT.println("last " + store.journal().head(ROOM).lastSequence());
    say(store, 1);
    OUT.println("last " + store.reader().head(ROOM).lastSequence());
  }

  /// A commit fails, then what waits cannot be carried over either, then another commit succeeds,
  /// which therefore does not go through the log; and the process ends without closing anything.
  private static void failToSyncAndEnd(SqliteStore store, Path flag) throws Exception {
    say(store, 0);
    Files.createFile(flag);
    say(store, 1);
    store.reader().head(ROOM); // who reads has what waits carried over, and still sees it
    Files.delete(flag);
    say(store, 1);
    OUT.flush();
    Runtime.getRuntime().halt(0);
  }

  private static void say(SqliteStore store, long last) {
    try {
      store
          .journal()
          .commit(List.of(AppendBuilder.append(ROOM, last).say("ann", "hello").build()), List.of());
      OUT.println("committed");
    } catch (JournalException e) {
      OUT.println(e.kind());
    }
  }
}
