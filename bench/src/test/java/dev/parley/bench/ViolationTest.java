package dev.parley.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// A server that breaks a promise fails the run, with the first violation in words.
final class ViolationTest {
  private final StringWriter out = new StringWriter();

  private int bench(UnaryOperator<List<ChatEvent>> lie) throws IOException {
    try (LyingServer server = new LyingServer(lie)) {
      return BenchCommand.commandLine(BenchProgram.class.getName(), false)
          .setOut(new PrintWriter(out, true))
          .execute(
              "fanout",
              "--server=" + server.address(),
              "--rooms=1",
              "--members=3",
              "--rate=200",
              "--warmup=0",
              "--seconds=0.3");
    }
  }

  @Test
  void theTruthPasses() throws IOException {
    assertThat(bench(told -> told)).as(out.toString()).isZero();
  }

  @Test
  void aGapFails() throws IOException {
    assertThat(bench(told -> told.getFirst().getSequence() == 5 ? List.of() : told)).isEqualTo(1);
    assertThat(out.toString()).contains("VIOLATION, 1 in all").contains("a gap: 6 came after 4");
  }

  @Test
  void aRepeatFails() throws IOException {
    assertThat(
            bench(
                told ->
                    told.getFirst().getSequence() == 5
                        ? List.of(told.getFirst(), told.getFirst())
                        : told))
        .isEqualTo(1);
    assertThat(out.toString()).contains("a repeat: 5 came after 5");
  }

  @Test
  void otherContentFails() throws IOException {
    assertThat(
            bench(
                told ->
                    told.getFirst().getSequence() == 5
                        ? List.of(LyingServer.changed(told.getFirst()))
                        : told))
        .isEqualTo(1);
    assertThat(out.toString()).contains("got something else at sequence 5 than others");
  }
}
