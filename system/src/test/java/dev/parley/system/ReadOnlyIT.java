package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Storage that cannot be written, from the start or all of a sudden.
class ReadOnlyIT {
  private static final int DISK_MIB = 64;
  private static final int LARGE_DISK_MIB = 256;

  @TempDir Path folder;

  @Test
  void serverDoesNotStartWhereItCannotWriteAndSaysWhatToDo() {
    try (Mount disk = Mount.tmpfs(folder, DISK_MIB)) {
      Path data = disk.path().resolve("data");
      ServerProcess.start(data, 0).stop();
      disk.remount("ro");
      for (Path directory : List.of(data, disk.path().resolve("new"))) {
        ParleyCommand.Result result = ParleyCommand.run("serve", "--data", directory.toString());
        assertThat(result.code()).as(result.err()).isEqualTo(1);
        assertThat(result.err())
            .contains(directory.toString())
            .contains("cannot be written")
            .contains("mounted read-write")
            .doesNotContain("\tat ");
      }
      disk.remount("rw");
      ServerProcess.start(data, 0).stop();
    }
  }

  /// As after `chattr +i`, or any other loss of the right to write: it comes back.
  @ParameterizedTest
  @ValueSource(ints = {DISK_MIB, LARGE_DISK_MIB})
  void filesThatCannotBeWrittenForAWhileAreRefusedOnTheStreamMeanwhile(int mib) {
    try (Mount disk = Mount.ext4(folder, mib)) {
      Path data = disk.path().resolve("data");
      try (ServerProcess server = ServerProcess.start(data, 0);
          Outage outage = new Outage(server, "STORAGE_READ_ONLY", "STORAGE_UNAVAILABLE")) {
        outage.sayAcknowledged(20);
        writable(data, false);
        outage.sayUntilRefused();
        outage.checkThatReadingGoesOn();
        outage.checkLog(false);
        writable(data, true);
        outage.recover();
        outage.checkLog(true);
        server.stop();
        checkAfterRestart(data, outage);
      } finally {
        writable(data, true);
      }
    }
  }

  /// What ext4 does when it finds an error; it stays so until it is mounted anew.
  @ParameterizedTest
  @ValueSource(ints = {DISK_MIB, LARGE_DISK_MIB})
  void fileSystemThatTurnsReadOnlyIsRefusedOnTheStreamAndReadUntilTheServerStops(int mib) {
    try (Mount disk = Mount.ext4(folder, mib)) {
      Path data = disk.path().resolve("data");
      try (ServerProcess server = ServerProcess.start(data, 0);
          Outage outage = new Outage(server, "STORAGE_READ_ONLY", "STORAGE_UNAVAILABLE")) {
        outage.sayAcknowledged(20);
        disk.remount("abort");
        outage.sayUntilRefused();
        outage.checkThatReadingGoesOn();
        outage.checkLog(false);
        server.stop();
        disk.unmount();
        disk.mount();
        checkAfterRestart(data, outage);
      }
    }
  }

  private static void checkAfterRestart(Path data, Outage outage) {
    try (ServerProcess server = ServerProcess.start(data, 0)) {
      outage.checkJournal(server.address());
      server.stop();
    }
    ParleyCommand.Result check = ParleyCommand.run("check", "--data", data.toString());
    assertThat(check.code()).as(check.err()).isZero();
  }

  /// Has the database and its logs refuse to be written, also by who has them open, or not any
  /// more. (Not the index of a log: it is mapped into memory, and a process that writes where it
  /// must not is killed.)
  private static void writable(Path data, boolean may) {
    for (String file :
        List.of("parley.db", "parley.db-wal", "parley-commits.db", "parley-commits.db-wal")) {
      Processes.attempt("chattr", may ? "-i" : "+i", data.resolve(file).toString());
    }
  }
}
