package dev.parley.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.parley.server.ParleyServer;
import dev.parley.server.config.ServerConfig;
import dev.parley.server.config.Setting;
import dev.parley.server.config.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Each workload, small and short, against a real server.
final class BenchCommandTest {
  private static final Path PROC = Path.of("/proc/self/stat");

  @TempDir static Path data;
  private static ParleyServer server;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start() throws Exception {
    Map<Setting, String> settings =
        Map.of(
            Setting.LISTEN, "127.0.0.1:0",
            Setting.HTTP, "off",
            Setting.DATA, data.toString(),
            Setting.DURABILITY, "os",
            Setting.DRAIN_GRACE, "0s");
    server = ParleyServer.start(ServerConfig.of(Settings.gather(null, Map.of(), settings)), "test");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private int bench(String... arguments) {
    return BenchCommand.commandLine(BenchProgram.class.getName(), false)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private JsonNode measure(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--json", "--warmup", "0.2", "--seconds", "0.8"));
    if (!all.contains("--spawn") && all.stream().noneMatch(a -> a.startsWith("--server="))) {
      all.addAll(List.of("--server", ServerConfig.text(server.address())));
    }
    int exitCode = bench(all.toArray(String[]::new));
    assertThat(exitCode).as("%s%n%s", out, err).isZero();
    JsonNode report = new JsonMapper().readTree(out.toString());
    assertThat(report.at("/check/passed").asBoolean()).isTrue();
    assertThat(report.at("/check/refusals").asInt()).as(out.toString()).isZero();
    checkTimes(report);
    return report;
  }

  /// The times of one kind rise.
  private static void checkTimes(JsonNode report) {
    for (JsonNode times : report.at("/latencyMillis")) {
      assertThat(times.at("/count").asLong()).isPositive();
      assertThat(
              Stream.of("/p50", "/p90", "/p99", "/p999", "/max")
                  .map(quantile -> times.at(quantile).asDouble())
                  .toList())
          .isSorted()
          .doesNotContain(0.0);
    }
  }

  private static long count(JsonNode report, String pointer) {
    return report.at(pointer).asLong();
  }

  @Test
  void fanout() {
    JsonNode report = measure("fanout", "--rooms", "3", "--members", "6");
    assertThat(count(report, "/load/streams")).isEqualTo(18);
    assertThat(count(report, "/load/connections")).isEqualTo(2);
    assertThat(count(report, "/check/subscriptions")).isEqualTo(18);
    long sent = count(report, "/counts/acknowledged");
    assertThat(sent).isPositive();
    assertThat(count(report, "/counts/deliveries")).isBetween(sent, 12 * sent);
    // What was under way when the measuring ended has its times too.
    assertThat(count(report, "/latencyMillis/delivery/count"))
        .isBetween(count(report, "/counts/deliveries"), count(report, "/check/messages"));
    assertThat(count(report, "/latencyMillis/ack/count")).isGreaterThanOrEqualTo(sent);
    assertThat(count(report, "/latencyMillis/connect/count")).isEqualTo(18);
  }

  @Test
  void repeatsAndTellsTheMedians() {
    String server = ServerConfig.text(BenchCommandTest.server.address());
    int exitCode =
        bench(
            "fanout --json --warmup 0.1 --seconds 0.3 --rooms 1 --members 3 --repeat 2 --server"
                .concat(" " + server)
                .split(" "));
    assertThat(exitCode).as("%s%n%s", out, err).isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines).hasSize(3);
    JsonNode medians = new JsonMapper().readTree(lines.getLast());
    assertThat(medians.at("/repetitions").asInt()).isEqualTo(2);
    assertThat(medians.at("/figures/deliveredPerSecond/median").asDouble()).isPositive();
  }

  @Test
  void fanoutAtARate() {
    JsonNode report = measure("fanout", "--rooms", "2", "--members", "5", "--rate", "100");
    // The time is the test machine's: no more than was to be sent, and something at all.
    assertThat(count(report, "/check/messages")).isBetween(5L, 5 * 100 * 60L);
    assertThat(report.at("/load/rate").asDouble()).isEqualTo(100);
  }

  @Test
  void fanoutOverTheClassicProtocol() {
    JsonNode report = measure("fanout", "--protocol", "classic", "--rooms", "2", "--members", "5");
    assertThat(count(report, "/counts/deliveries")).isPositive();
    // one event a frame; acks are frames too
    assertThat(count(report, "/counts/frames"))
        .isGreaterThanOrEqualTo(count(report, "/counts/deliveries"));
  }

  @Test
  void ingest() {
    JsonNode report = measure("ingest", "--rooms", "2", "--senders", "3");
    assertThat(count(report, "/load/senders")).isEqualTo(6);
    assertThat(count(report, "/latencyMillis/ack/count")).isPositive();
  }

  @Test
  void measuresTheProcessThatItIsTold() {
    assumeProc();
    Process other = anotherProcess();
    try {
      JsonNode report = measure("ingest", "--rooms", "1", "--pid", "" + other.pid());
      assertThat(count(report, "/server/pid")).isEqualTo(other.pid());
      assertThat(count(report, "/server/rssBytes")).isPositive();
      assertThat(report.at("/server/cpuSeconds").asDouble()).isZero();
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void aProcessThatIsNotThereIsRefused() {
    assertThat(bench("fanout", "--pid", "" + Long.MAX_VALUE)).isNotZero();
    assertThat(err.toString()).contains("--pid (expected: a process of this machine)");
  }

  private static void assumeProc() {
    assumeTrue(PROC.toFile().exists(), "processes are measured on Linux only");
  }

  private static Process anotherProcess() {
    try {
      return new ProcessBuilder("sleep", "600").start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void findsTheProcessThatListens() {
    assumeProc();
    JsonNode report = measure("fanout", "--rooms", "1", "--members", "3", "--with-limit");
    assertThat(count(report, "/server/pid")).isEqualTo(ProcessHandle.current().pid());
    assertThat(report.at("/server/cpuSeconds").asDouble()).isPositive();
    assertThat(report.at("/compared/limit/cpuSecondsPerMillionDeliveries").asDouble()).isPositive();
  }

  @Test
  void roomsOfAServerThatSpeaksTheClassicProtocolOnly() throws IOException {
    try (ClassicServer classic = new ClassicServer()) {
      String address = "--server=" + classic.address();
      JsonNode report =
          measure("fanout", address, "--protocol=classic", "--room=den,hall", "--members=4");
      assertThat(count(report, "/check/subscriptions")).isEqualTo(8);
      assertThat(count(report, "/counts/deliveries")).isPositive();

      assertThat(bench("fanout", address, "--protocol=classic")).isEqualTo(1);
      assertThat(err.toString())
          .contains("rooms cannot be made on " + classic.address())
          .contains("name rooms that it has with --room");
    }
  }

  @Test
  void idle() {
    JsonNode report = measure("idle", "--connections", "12", "--rooms", "3");
    assertThat(count(report, "/counts/deliveries")).isZero();
    assertThat(count(report, "/load/connections")).isEqualTo(12);
    assertThat(count(report, "/check/messages")).isEqualTo(12);
  }

  @Test
  void churn() {
    JsonNode report = measure("churn", "--rooms", "2", "--members", "4");
    assertThat(count(report, "/counts/resumes")).isPositive();
    assertThat(count(report, "/latencyMillis/resume/count")).isPositive();
  }

  @Test
  void resumeStorm() {
    JsonNode report = measure("resume-storm", "--members", "20");
    assertThat(count(report, "/latencyMillis/resume/count")).isEqualTo(10);
  }

  @Test
  void slow() {
    // Of 10 members 4 are slow, and 2 of those take nothing but a frame in the beginning.
    JsonNode report = measure("slow", "--rooms", "1", "--members", "10", "--slow-readers", "40");
    assertThat(count(report, "/counts/acknowledged")).isPositive();
    assertThat(count(report, "/caughtUp")).isGreaterThan(count(report, "/counts/acknowledged"));
  }

  @Test
  void mixed() {
    JsonNode report = measure("mixed", "--rooms", "5", "--members", "8");
    assertThat(count(report, "/load/streams")).isEqualTo(10);
    assertThat(count(report, "/check/subscriptions")).isGreaterThan(10);
    assertThat(count(report, "/counts/typing")).isPositive();
    assertThat(count(report, "/counts/receipts")).isPositive();
  }

  @Test
  void severalProcessesMeasureAServerOfTheirOwn() {
    JsonNode report =
        measure(
            "fanout",
            "--spawn",
            "--durability",
            "memory",
            "--processes",
            "2",
            "--rooms",
            "2",
            "--members",
            "6",
            "--streams-per-connection",
            "2",
            "--with-limit");
    assertThat(count(report, "/load/processes")).isEqualTo(2);
    assertThat(count(report, "/check/subscriptions")).isEqualTo(12);
    assertThat(report.at("/load/durability").asString()).isEqualTo("memory");
    assertThat(report.at("/compared/limit/cpuSecondsPerMillionDeliveries").asDouble()).isPositive();
    if (PROC.toFile().exists()) {
      assertThat(count(report, "/server/rssBytes")).isPositive();
    }
  }

  @Test
  void printsATableForPeople() {
    int exitCode =
        bench(
            "fanout",
            "--server",
            ServerConfig.text(server.address()),
            "--rooms=1",
            "--members=2",
            "--warmup=0",
            "--seconds=0.3");
    assertThat(exitCode).as("%s%n%s", out, err).isZero();
    assertThat(out.toString())
        .contains("acknowledged")
        .contains("p99.9")
        .contains("Everybody got everything, once and in one order");
  }

  @Test
  void tellsOnATerminalHowFarItIs() {
    int exitCode =
        BenchCommand.commandLine(BenchProgram.class.getName(), true)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(
                "fanout",
                "--server=" + ServerConfig.text(server.address()),
                "--rooms=1",
                "--members=2",
                "--warmup=0.1",
                "--seconds=0.3");
    assertThat(exitCode).as("%s%n%s", out, err).isZero();
    assertThat(err.toString())
        .containsSubsequence(
            "connecting 2 streams",
            "warming up: ",
            "measuring: ",
            " delivered/s",
            "waiting for what is under way",
            "done");
    assertThat(err.toString()).endsWith("\r").doesNotContain("\n");
    assertThat(out.toString()).doesNotContain("\r");
  }

  @Test
  void saysWhyThereIsNoLoad() {
    assertThat(bench("fanout", "--server", "127.0.0.1:1")).isEqualTo(3);
    assertThat(bench("fanout", "--server", "127.0.0.1:1", "--room", "x")).isEqualTo(3);
    assertThat(err.toString()).contains("no server answers at 127.0.0.1:1");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void refusesOptionsThatContradictEachOther() {
    assertThat(bench("fanout", "--rate", "5", "--in-flight", "5")).isEqualTo(2);
    assertThat(bench("churn", "--protocol", "classic")).isEqualTo(2);
    assertThat(bench("fanout", "--members", "0")).isEqualTo(2);
    assertThat(bench("sprint")).isEqualTo(2);
    assertThat(bench("fanout", "--spawn", "--server", "127.0.0.1:1")).isEqualTo(2);
    assertThat(bench("fanout", "--slow-readers", "50")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--members (expected: 1 or more)")
        .contains("resume-storm")
        .contains("--server (expected: no --spawn beside it)")
        .contains("--slow-readers (expected: only in slow)");
  }
}
