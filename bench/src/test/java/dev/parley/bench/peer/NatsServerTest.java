package dev.parley.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.parley.bench.load.LoadException;
import dev.parley.bench.measure.Cost;
import dev.parley.bench.measure.Work;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With programs that say what a nats-server says when it starts.
final class NatsServerTest {
  private static final Work WORK = new Work(4, 2, 2, 100, 20, 0, 3, 0.2);

  @TempDir Path empty;
  @TempDir Path directory;

  private void program(String... lines) throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/self/stat")), "processes are measured on Linux only");
    Path program = directory.resolve("nats-server");
    Files.writeString(program, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
  }

  private Cost measure() {
    return NatsServer.measure(WORK, empty + File.pathSeparator + directory);
  }

  @Test
  void isStartedOnAFreePortOfThisMachineAndPutToWork() throws IOException {
    try (FakeNats broker = new FakeNats()) {
      program(
          "[ \"$*\" = '-a 127.0.0.1 -p -1' ] || exit 1",
          "echo '[1] [INF] Starting nats-server'",
          "echo '[1] [INF] Listening for client connections on 127.0.0.1:%d'"
              .formatted(broker.address().getPort()),
          "exec sleep 600");
      Cost cost = measure();
      assertThat(cost.what()).startsWith("nats-server");
      assertThat(cost.deliveries()).isPositive();
      assertThat(cost.seconds()).isGreaterThanOrEqualTo(WORK.seconds());
    }
  }

  @Test
  void saysThatItIsNotThere() {
    assertThatThrownBy(this::measure)
        .isInstanceOf(LoadException.class)
        .hasMessage("--with-nats: there is no nats-server on the PATH");
  }

  @Test
  void saysThatItDidNotStart() throws IOException {
    program("echo 'no such option'", "exit 1");
    assertThatThrownBy(this::measure)
        .isInstanceOf(LoadException.class)
        .hasMessage("nats-server did not start");
  }
}
