package dev.parley.storage.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.topic.Entry;
import dev.parley.core.topic.SearchWords;
import java.io.BufferedReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that commits is killed in the middle of it, again and again.
final class CrashTest {
  private static final int ROUNDS = 5;
  private static final long SEED = 20_251_121L;

  @Test
  void everythingAcknowledgedSurvivesKilling(@TempDir Path directory) throws Exception {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      long acknowledged = commitUntilKilled(directory, random.nextInt(40), round);

      assertThat(SqliteStore.check(directory)).isEmpty();
      try (SqliteStore store =
          SqliteStore.open(directory, Durability.FSYNC, StorageLimits.DEFAULTS)) {
        assertThat(store.journal().head(StoreProcess.ROOM).lastSequence())
            .isGreaterThanOrEqualTo(acknowledged);
        assertAllThere(store, acknowledged);
      }
    }
  }

  /// Returns the last sequence that the process said it had committed.
  private static long commitUntilKilled(Path directory, int commits, long seed) throws Exception {
    Process process = StoreProcess.start("commit", directory, seed, Map.of());
    long last = 0;
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      assertThat(StoreProcess.line(lines)).isEqualTo("open");
      for (int i = 0; i <= commits; i++) {
        last = Long.parseLong(StoreProcess.line(lines));
      }
      // Not Process.destroyForcibly, which throws away what was printed.
      process.toHandle().destroyForcibly();
      // What it said before it died counts too; a line without an end was not said.
      StringWriter rest = new StringWriter();
      lines.transferTo(rest);
      int end = rest.toString().lastIndexOf('\n') + 1;
      last =
          rest.toString().substring(0, end).lines().mapToLong(Long::parseLong).max().orElse(last);
    }
    assertThat(process.waitFor()).as("killed").isNotZero();
    return last;
  }

  private static void assertAllThere(SqliteStore store, long last) throws Exception {
    long sequence = 0;
    while (sequence < last) {
      List<Entry> entries =
          store.reader().read(StoreProcess.ROOM, sequence, Long.MAX_VALUE, 1_000, 1 << 20);
      for (Entry entry : entries) {
        assertThat(entry.sequence()).isEqualTo(++sequence);
        assertThat(new String(entry.body(), UTF_8)).isEqualTo("entry number " + sequence);
      }
      assertThat(entries).isNotEmpty();
    }
    SearchWords newest = SearchWords.parse("number " + last);
    assertThat(store.reader().search(StoreProcess.ROOM, newest, null, Long.MAX_VALUE, 9))
        .extracting(Entry::sequence)
        .containsExactly(last);
  }
}
