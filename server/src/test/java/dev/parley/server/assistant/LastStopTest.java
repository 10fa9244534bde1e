package dev.parley.server.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastStopTest {
  @TempDir Path data;

  @Test
  void theLastOneIsKept() {
    LastStop stop = LastStop.in(data);
    assertThat(stop.read()).isZero();
    stop.write(123_456);
    stop.write(7_890);
    assertThat(LastStop.in(data).read()).isEqualTo(7_890);
  }

  @Test
  void whatCannotBeReadCountsAsNone() throws IOException {
    LastStop stop = LastStop.in(data);
    Files.writeString(stop.file(), "");
    assertThat(stop.read()).isZero();
  }
}
