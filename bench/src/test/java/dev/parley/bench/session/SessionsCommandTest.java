package dev.parley.bench.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.BenchCommand;
import dev.parley.bench.BenchProgram;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The whole command, with a server of its own.
final class SessionsCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int bench(String... arguments) {
    return BenchCommand.commandLine(BenchProgram.class.getName(), false)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @Test
  void measuresAServerOfItsOwnAndComparesEveryAnswer() {
    int exitCode =
        bench(
            "sessions",
            "--spawn",
            "--durability=os",
            "--sessions=60",
            "--watchers=2",
            "--pace=5ms",
            "--seconds=0.5",
            "--warmup=0",
            "--json");
    assertThat(exitCode).as("%s%n%s", out, err).isZero();
    JsonNode report = new JsonMapper().readTree(out.toString());
    assertThat(report.at("/check/passed").asBoolean()).isTrue();
    assertThat(report.at("/check/answers").asInt()).isEqualTo(60);
    assertThat(report.at("/gap/count").asLong()).isPositive();
    assertThat(report.at("/firstChunk/count").asInt()).isEqualTo(60);
    assertThat(report.at("/load/durability").asString()).isEqualTo("os");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--sessions=0",
        "--watchers=17",
        "--pace=500us",
        "--seconds=0",
        "--seconds=10000",
        "--server=127.0.0.1:1",
        "--pid=1"
      })
  void whatCannotBeMeasuredIsWrongUsage(String option) {
    assertThat(bench("sessions", "--spawn", option)).isEqualTo(2);
    assertThat(err.toString()).contains("expected");
  }

  @Test
  void aServerThatIsNotThereIsTold() {
    assertThat(bench("sessions", "--server=127.0.0.1:1")).isEqualTo(3);
    assertThat(err.toString()).contains("no server answers at 127.0.0.1:1");
  }
}
