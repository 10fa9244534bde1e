package dev.parley.storage.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A disk that fails to sync, played by a library that is loaded before the C library.
final class SyncFailureTest {
  private static final String LIBRARY =
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <errno.h>
      #include <stdlib.h>
      #include <unistd.h>

      static int fails(void) { return access(getenv("FAIL_SYNC"), F_OK) == 0; }

      int fsync(int fd) {
        if (fails()) { errno = EIO; return -1; }
        return ((int (*)(int)) dlsym(RTLD_NEXT, "fsync"))(fd);
      }

      int fdatasync(int fd) {
        if (fails()) { errno = EIO; return -1; }
        return ((int (*)(int)) dlsym(RTLD_NEXT, "fdatasync"))(fd);
      }
      """;

  @Test
  void commitThatCannotBeSyncedIsRefusedAndLaterOnesWork(@TempDir Path directory) throws Exception {
    Path library = compile(directory);
    Path data = directory.resolve("data");
    Map<String, String> environment =
        Map.of("LD_PRELOAD", library.toString(), "FAIL_SYNC", data.resolve("fail-sync").toString());
    Process process = StoreProcess.start("sync-failure", data, 0, environment);
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      assertThat(lines.lines())
          .containsExactly(
              "open", "committed", "BROKEN", "BROKEN", "last 1", "committed", "last 2");
    }
    assertThat(process.waitFor()).isZero();
    assertThat(SqliteStore.check(data)).isEmpty();
  }

  /// What was refused may be in the log all the same when the process has ended; it must not get in
  /// the way of what was acknowledged in its place.
  @Test
  void whatTookThePlaceOfARefusedCommitStays(@TempDir Path directory) throws Exception {
    Path library = compile(directory);
    Path data = directory.resolve("data");
    Map<String, String> environment =
        Map.of("LD_PRELOAD", library.toString(), "FAIL_SYNC", data.resolve("fail-sync").toString());
    Process process = StoreProcess.start("sync-failure-and-end", data, 0, environment);
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      assertThat(lines.lines()).containsExactly("open", "committed", "BROKEN", "committed");
    }
    for (int start = 1; start <= 2; start++) {
      try (SqliteStore store = SqliteStore.open(data, Durability.FSYNC, StorageLimits.DEFAULTS)) {
        assertThat(store.journal().head(StoreProcess.ROOM).lastSequence()).isEqualTo(2);
      }
    }
    assertThat(SqliteStore.check(data)).isEmpty();
  }

  private static Path compile(Path directory) throws IOException {
    assumeTrue(System.getProperty("os.name").equals("Linux"), "preloads a library: Linux only");
    Path source = Files.writeString(directory.resolve("fail.c"), LIBRARY);
    Path library = directory.resolve("fail.so");
    boolean compiled = TestSystem.run("cc", "-shared", "-fPIC", "-o", library, source, "-ldl");
    assumeTrue(compiled, "needs a C compiler");
    return library;
  }
}
