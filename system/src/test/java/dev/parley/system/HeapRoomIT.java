package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server lets its heap be roomy while it is busy, and no longer when it is quiet.
class HeapRoomIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void heapHasRoomWhileMuchIsCollected() {
    try (ServerProcess server = ServerProcess.start(folder.resolve("data"), 0)) {
      String quiet = most(server);
      assertThat(quiet).isEqualTo("5");
      Await.until(
          PATIENCE,
          () -> "the heap has room",
          () -> {
            var _ = server.jcmd("GC.run\n".repeat(9) + "GC.run");
            return most(server).equals("70");
          });
      Await.until(PATIENCE, () -> "it has no more", () -> most(server).equals(quiet));
      server.stop();
    }
  }

  private static String most(ServerProcess server) {
    Await.pause(Duration.ofSeconds(1)); // each look starts a JVM
    return server
        .jcmd("VM.flags -all")
        .lines()
        .filter(line -> line.contains(" MaxHeapFreeRatio "))
        .map(line -> line.replaceAll(".* = (\\d+) .*", "$1"))
        .findFirst()
        .orElse("");
  }
}
