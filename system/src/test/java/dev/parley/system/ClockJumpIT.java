package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.AckEvent;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The clock on the wall jumps, as it does when a machine is told the right time: streams and
/// sequences do not care.
class ClockJumpIT {
  private static final String ROOM = "general";
  private static final String LIBRARY = "libfaketime.so.1";
  private static final long DAY_SECONDS = 86_400;
  private static final long TOLERANCE_SECONDS = 60;
  private static final int MAX_MESSAGES = 20_000;

  @TempDir Path folder;

  @Test
  void streamsAndSequencesGoOnWhereTheClockJumps() throws Exception {
    Path offset = Files.writeString(folder.resolve("offset"), "+0d");
    Map<String, String> environment =
        Map.of(
            "LD_PRELOAD",
            library().toString(),
            "FAKETIME_TIMESTAMP_FILE",
            offset.toString(),
            "FAKETIME_CACHE_DURATION",
            "1",
            "FAKETIME_DONT_FAKE_MONOTONIC",
            "1",
            // else it makes every timed wait of the Java machine a busy one
            "FAKETIME_FORCE_MONOTONIC_FIX",
            "0");
    List<String> said = new ArrayList<>();
    Path data = folder.resolve("data");
    try (ServerProcess server = ServerProcess.launch(environment, data, 0)) {
      server.awaitListening();
      try (RawStream stream = RawStream.open(server.address(), "ada", Map.of(ROOM, 0L))) {
        long now = System.currentTimeMillis() / 1_000;
        stream.sayAcknowledged(ROOM, "ada-1");
        said.add("ada-1");
        for (int days : List.of(1, -1)) {
          Files.writeString(offset, "%+dd".formatted(days));
          long seen;
          do { // the server looks at the file now and then
            said.add("ada-" + (said.size() + 1));
            seen = seconds(stream.sayAcknowledged(ROOM, said.getLast()));
            assertThat(said).hasSizeLessThan(MAX_MESSAGES);
          } while (Math.abs(seen - now - days * DAY_SECONDS) > TOLERANCE_SECONDS);
        }
        stream.pingPong();
      }
      Health.await(server.address(), ServingStatus.SERVING);
      // reading it checks that sequences are without gap, and ids there once
      Journal journal = Journal.read(server.address(), List.of(ROOM));
      assertThat(journal.messages(ROOM).keySet()).containsExactlyElementsOf(said);
      assertThat(server.log("ERROR")).isEmpty();
      server.stop();
    }
  }

  private static long seconds(AckEvent ack) {
    return ack.getServerTimestamp().getSeconds();
  }

  private static Path library() throws IOException {
    for (String folder : List.of("/usr/lib", "/usr/local/lib")) {
      try (Stream<Path> files =
          Files.find(Path.of(folder), 3, (file, _) -> file.endsWith(LIBRARY))) {
        Path found = files.findFirst().orElse(null);
        if (found != null) {
          return found;
        }
      }
    }
    throw Needs.missing(LIBRARY + " is not installed", "apt-get install faketime");
  }
}
