package dev.parley.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.BenchCommand;
import dev.parley.bench.BenchProgram;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The whole command: with a server of its own, and with gateways that lie.
final class GatewayCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int bench(List<String> arguments) {
    return BenchCommand.commandLine(BenchProgram.class.getName(), false)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments.toArray(String[]::new));
  }

  private static List<String> gateway(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "gateway",
                "--streams=4",
                "--deltas=8",
                "--pace=10ms",
                "--seconds=0.6",
                "--warmup=0.2"));
    all.addAll(List.of(more));
    return all;
  }

  @Test
  void measuresAServerOfItsOwnAndDisturbsIt() {
    int exitCode =
        bench(gateway("--spawn", "--warmup-streams=8", "--disturb=2", "--patience=20s", "--json"));
    assertThat(exitCode).as("%s%n%s", out, err).isZero();
    JsonNode report = new JsonMapper().readTree(out.toString());
    assertThat(report.at("/check/passed").asBoolean()).isTrue();
    assertThat(report.at("/load/streams").asInt()).isEqualTo(4);
    assertThat(report.at("/load/warmupStreams").asInt()).isEqualTo(8);
    for (String lane : List.of("direct", "grpc", "http")) {
      assertThat(report.at("/lanes/" + lane + "/answers").asInt()).as(lane).isPositive();
      assertThat(report.at("/lanes/" + lane + "/millis/deltaWay/p50").asDouble()).isPositive();
      assertThat(report.at("/failures/" + lane + "/cut/deltas").asInt()).isEqualTo(4);
    }
    for (String way : List.of("frame", "stream", "connection")) {
      for (String when : List.of("", "BeforeFirstToken")) {
        JsonNode gone = report.at("/gone/grpc/" + way + when);
        assertThat(gone.at("/noticedMillis/count").asInt()).as(way + when).isEqualTo(2);
        assertThat(gone.at("/unnoticed").asInt()).as(way + when).isZero();
      }
    }
    for (String lane : List.of("grpc", "http")) {
      for (String failure : List.of("cut", "stall", "error", "broken", "busy", "fail")) {
        assertThat(report.at("/failures/%s/%s/told".formatted(lane, failure)).asString())
            .as(lane + " " + failure)
            .isEqualTo("error");
      }
    }
    assertThat(report.at("/failures/direct/busy/words").asString()).contains("HTTP 429");
    assertTold(report, "cut", "KIND_CUT, ", "closed the connection before the end");
    assertTold(report, "stall", "KIND_TIMEOUT, ", "nothing more came for ");
    assertTold(report, "error", "KIND_FAILED, ", "the model fell over");
    assertTold(report, "broken", "KIND_MALFORMED, ", "the provider sent no ");
    assertTold(report, "busy", "KIND_RATE_LIMITED, ", "too many questions");
    assertTold(report, "fail", "KIND_FAILED, ", "the model is ill");
  }

  /// Each failure is told as what it is, which over HTTP only the words say.
  private static void assertTold(JsonNode report, String failure, String kind, String words) {
    assertThat(report.at("/failures/grpc/%s/words".formatted(failure)).asString())
        .startsWith(kind)
        .contains(words);
    assertThat(report.at("/failures/http/%s/words".formatted(failure)).asString()).contains(words);
  }

  @Test
  void measuresReplicatesTwoStepsToo() {
    int exitCode =
        bench(
            gateway(
                "--spawn",
                "--lanes=grpc",
                "--model=fake-replicate/bench/",
                "--disturb=2",
                "--patience=20s",
                "--json"));
    assertThat(exitCode).as("%s%n%s", out, err).isZero();
    JsonNode report = new JsonMapper().readTree(out.toString());
    assertThat(report.at("/lanes/grpc/answers").asInt()).isPositive();
    assertThat(report.at("/gone/grpc/frameBeforeFirstToken/noticedMillis/count").asInt())
        .isEqualTo(2);
    assertThat(report.at("/failures/grpc/cut/told").asString()).isEqualTo("error");
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  @Test
  void measuresWhateverAnswersOnTheHttpPort() throws IOException {
    int port = freePort(); // of the provider, which speaks what a gateway's port speaks
    int exitCode =
        bench(
            gateway(
                "--provider=127.0.0.1:" + port,
                "--http=127.0.0.1:" + port,
                "--model=",
                "--repeat=2",
                "--disturb=0"));
    assertThat(exitCode).as("%s%n%s", out, err).isZero();
    assertThat(out.toString())
        .contains("http: ")
        .contains("of 2 runs")
        .contains("http.deltaWay.added.p99");
  }

  private int through(Function<String, List<String>> lie, String... more) throws IOException {
    int provider = freePort();
    try (LyingGateway liar = new LyingGateway(provider, lie)) {
      List<String> all =
          gateway("--provider=127.0.0.1:" + provider, "--through=" + liar.url(), "--model=");
      all.addAll(more.length == 0 ? List.of("--disturb=0") : List.of(more));
      return bench(all);
    }
  }

  @Test
  void anHonestGatewayPasses() throws IOException {
    assertThat(through(List::of)).as("%s%n%s", out, err).isZero();
    assertThat(out.toString())
        .contains("through: ")
        .contains("added p99")
        .contains("Every answer came whole, in order and to its proper end.");
  }

  @Test
  void measuresAnotherGatewayBesideOurs() throws IOException {
    int provider = freePort();
    try (LyingGateway honest = new LyingGateway(provider, List::of)) {
      int exitCode =
          bench(
              gateway(
                  "--spawn",
                  "--provider=127.0.0.1:" + provider,
                  "--through=" + honest.url(),
                  "--through-model=",
                  "--pid=" + ProcessHandle.current().pid(),
                  "--disturb=0",
                  "--json"));
      assertThat(exitCode).as("%s%n%s", out, err).isZero();
    }
    JsonNode report = new JsonMapper().readTree(out.toString());
    for (String lane : List.of("grpc", "http", "through")) {
      JsonNode measured = report.at("/lanes/" + lane);
      assertThat(measured.at("/answers").asInt()).as(lane).isPositive();
      assertThat(measured.at("/server/rssBytes").asLong()).as(lane).isPositive();
    }
    assertThat(report.at("/lanes/through/server/rssBytes"))
        .isNotEqualTo(report.at("/lanes/grpc/server/rssBytes"));
  }

  @Test
  void aGatewayThatLosesADeltaIsCaught() throws IOException {
    assertThat(through(line -> line.contains("-0003-") ? List.of() : List.of(line))).isEqualTo(1);
    assertThat(out.toString()).contains("VIOLATION").contains("a gap: delta 4 came (expected: 3)");
  }

  @Test
  void aGatewayThatRepeatsADeltaIsCaught() throws IOException {
    assertThat(through(line -> line.contains("-0003-") ? List.of(line, "", line) : List.of(line)))
        .isEqualTo(1);
    assertThat(out.toString()).contains("a repeat: delta 3 came (expected: 4)");
  }

  @Test
  void aGatewayThatEndsTooSoonIsCaught() throws IOException {
    assertThat(through(line -> line.contains("-0007-") ? List.of() : List.of(line))).isEqualTo(1);
    assertThat(out.toString()).contains("ended properly after 7 deltas (expected: 8)");
  }

  @Test
  void aGatewayThatEndsAsIfCompleteWhenItsProviderIsCutIsCaught() throws IOException {
    assertThat(through(List::of, "--disturb=1", "--patience=1s")).isEqualTo(1);
    assertThat(out.toString()).contains("was told a proper end after ");
  }

  @Test
  void saysWhyThereIsNoLoad() {
    assertThat(bench(gateway("--server=127.0.0.1:1"))).isEqualTo(3);
    assertThat(bench(gateway("--http=127.0.0.1:1"))).isEqualTo(3);
    assertThat(err.toString())
        .contains("no server answers at 127.0.0.1:1: is it running, and is --server right?")
        .contains("is --http right?");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void refusesOptionsThatContradictEachOther() {
    assertThat(bench(List.of("gateway"))).isEqualTo(2);
    assertThat(bench(List.of("gateway", "--spawn", "--server=127.0.0.1:1"))).isEqualTo(2);
    assertThat(bench(List.of("gateway", "--spawn", "--lanes=through"))).isEqualTo(2);
    assertThat(bench(List.of("gateway", "--spawn", "--pace=5"))).isEqualTo(2);
    assertThat(bench(List.of("gateway", "--spawn", "--streams=0"))).isEqualTo(2);
    assertThat(bench(List.of("gateway", "--through=ftp://x"))).isEqualTo(2);
    assertThat(bench(List.of("gateway", "--spawn", "--through-model="))).isEqualTo(2);
    assertThat(err.toString())
        .contains("--lanes through (expected: its address beside it)")
        .contains("500us, 20ms, 5s")
        .contains("http://127.0.0.1:4000/v1");
  }
}
