package dev.parley.cli.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.cli.TestParley;
import dev.parley.cli.TestParley.Result;
import dev.parley.client.AssistantClient;
import dev.parley.client.AssistantListener;
import dev.parley.client.ParleyClient;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `parley chat --ai` through pipes.
@Timeout(120)
class AssistantChatTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @RegisterExtension
  final TestParley parley =
      new TestParley()
          .withLines(
              """
              provider.simulated.pace = 0s
              provider.slow.kind = simulated
              provider.slow.pace = 50ms
              assistant.helper.model = simulated
              provider.dead.kind = compatible
              provider.dead.base-url = http://127.0.0.1:1/v1
              """);

  private Result talk(String in, String... args) {
    List<String> all = new ArrayList<>(List.of("chat", "--ai", "--user=ann"));
    all.addAll(List.of(args));
    return parley.runWith(in, all.toArray(String[]::new));
  }

  private static String session(Result result) {
    return session(result.err());
  }

  private static String session(String told) {
    Matcher made = Pattern.compile("new session (\\S+) with").matcher(told);
    assertThat(made.find()).as(told).isTrue();
    return made.group(1);
  }

  @Test
  void eachLineIsATurnAndItsAnswerGoesToStandardOutput() {
    Result result = talk("How deep is it?\nAnd how **wide**?\n");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .startsWith("You said: How deep is it?")
        .contains("You said: And how **wide**?")
        .endsWith("\n");
    assertThat(result.err()).contains("new session").doesNotContain("You said");
  }

  @Test
  void aSessionIsGoneOnWithByTheEndOfItsId() {
    String session = session(talk("first\n"));
    Result result = talk("second\n/info\n", "--session", session);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .startsWith("You said: second")
        .contains("has 3 turn")
        .contains("messages      4: 2 of yours, 2 of the model's");
    assertThat(talk("x\n", "--session", "nonsense").err())
        .contains("none of your sessions has this id");
    assertThat(talk("x\n", "--session", "nonsense").exitCode()).isEqualTo(1);
  }

  @Test
  void anAnswerThatFailsExitsWithOneAndSaysWhy() {
    Result result = talk("hello\n", "--model", "dead/any");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("✗");
    Result unknown = talk("hello\n", "--model", "nobody/any");
    assertThat(unknown.exitCode()).isEqualTo(1);
    assertThat(unknown.err()).contains("nobody");
  }

  @Test
  void anAnswerThatTheServersEndCutIsSaidToBeCut() throws Exception {
    SlowTalk talk = slowTalk();
    parley.stop();
    parley.startAgain();
    assertThat(talk.exitCode.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    assertThat(talk.err.toString())
        .contains("✗ interrupted: the server went away (/retry asks again)");
    assertThat(talk.out.toString()).startsWith("You said").doesNotContain("interrupted");
  }

  @Test
  void anAnswerThatIsStoppedElsewhereIsSaidToBeStopped() throws Exception {
    SlowTalk talk = slowTalk();
    AssistantClient other =
        ParleyClient.builder(parley.server())
            .user("ann")
            .buildAssistant(new AssistantListener() {});
    try (other) {
      other.connect().join();
      other.stop(other.sessions().getFirst().getSessionId(), 0).join();
    }
    assertThat(talk.exitCode.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    assertThat(talk.err.toString()).contains("✗ the answer was stopped elsewhere");
    assertThat(talk.out.toString()).startsWith("You said");
  }

  /// A question whose answer has begun and takes long.
  private record SlowTalk(
      StringWriter out, StringWriter err, CompletableFuture<Integer> exitCode) {}

  private SlowTalk slowTalk() throws InterruptedException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String question = "word ".repeat(60).strip() + "\n";
    CompletableFuture<Integer> exitCode =
        CompletableFuture.supplyAsync(
            () ->
                TestParley.exitCode(
                    TestParley.streams(question, out, err),
                    "chat",
                    "--ai",
                    "--model=slow/slow",
                    "--user=ann",
                    "--server=" + parley.server()));
    while (!out.toString().contains("You said") && !exitCode.isDone()) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    return new SlowTalk(out, err, exitCode);
  }

  @Test
  void asJsonEveryEventIsAnObject() {
    Result result = talk("hello\n/sessions\n", "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    List<JsonNode> events = result.lines().stream().map(JSON::readTree).toList();
    List<String> types = events.stream().map(event -> event.path("type").asString("")).toList();
    assertThat(types)
        .containsSubsequence("TURN", "STATUS", "RESPONSE_START", "CHUNK", "RESPONSE_COMPLETE");
    assertThat(events.getLast().path("sessions").get(0).path("messageCount").asInt()).isEqualTo(2);
  }

  @Test
  void turnsAreSaidOtherwiseForkedAndAskedAgain() {
    Result result =
        talk("one\ntwo\nthree\n/edit 2 zwei\n/info\n/fork 2\n/info\n/retry\n/export\n/edit 9 x\n");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .contains("forked of")
        .contains("\nasked again\n")
        .contains("9: there is no such turn (expected: 1 to 1, or last)");
    assertThat(result.out())
        .contains("You said: zwei")
        .contains("messages      4: 2 of yours, 2 of the model's")
        .contains("messages      2: 1 of yours, 1 of the model's")
        .contains("## User\n\none\n\n## simulated/simulated\n\nYou said: one");
  }

  @Test
  void aSessionIsNamedInstructedSearchedExportedAndDeleted() throws Exception {
    Path markdown = parley.folder().resolve("talk.md");
    Path json = parley.folder().resolve("talk.json");
    Result result =
        talk(
            """
            The Rhine is long
            /rename Rivers
            /system Be short.
            /system
            /search rhine
            /export %s
            /export %s
            /export %s
            /sessions
            /delete
            /sessions
            """
                .formatted(markdown, json, markdown),
            "--model",
            "simulated");
    assertThat(result.err())
        .contains("Be short.")
        .contains("this session is called “Rivers”")
        .contains("1 turn written to " + markdown)
        .contains("is there already, and not written over")
        .contains("is deleted")
        .contains("you have no sessions");
    assertThat(result.out()).contains("“Rivers” · you: The Rhine is long").contains("← this");
    assertThat(Files.readString(markdown)).contains("## User\n\nThe Rhine is long");
    JsonNode turns = JSON.readTree(Files.readString(json));
    assertThat(turns.isArray()).isTrue();
    assertThat(turns).hasSize(1);
    JsonNode turn = turns.get(0);
    assertThat(turn.path("user").asString()).isEqualTo("The Rhine is long");
  }

  @Test
  void figuresOfTalkAndServerAreTold() {
    Result result = talk("hello\n/stats\n/server\n/health\n/ping\n/model\n");
    assertThat(result.exitCode()).as(result.err()).isEqualTo(0);
    assertThat(result.err())
        .contains("said          1")
        .contains("answers       1 complete, 0 stopped or failed")
        .contains("the server is well")
        .contains("pong after");
    assertThat(result.out())
        .contains("answers       1 begun: 1 came to their end, 0 failed")
        .contains("model         simulated")
        .contains("this session's: simulated/simulated");
  }

  @Test
  void commandsAreExplainedAndTheModelIsChanged() {
    Result result = talk("/help\n/model slow/slow\nhello\n/info\n");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err())
        .contains("/help", "/stats", "/server", "/health", "/clear", "/quit", "/connect")
        .contains("/disconnect", "/ping", "/new", "/info", "/sessions", "/delete", "/model")
        .contains("/stop", "/retry", "/edit", "/fork", "/system", "/export", "/resume")
        .contains("from the next answer on: slow/slow");
    assertThat(result.out()).contains("model         slow/slow");
  }

  @Test
  void whoDisconnectsConnectsAgainAndGoesOn() {
    Result result = talk("/disconnect\n/connect\nhello\n");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).contains("disconnected; what is under way").contains("connected");
    assertThat(result.out()).startsWith("You said: hello");
  }

  @Test
  void aSessionInWhichNothingWasSaidIsNotKept() {
    assertThat(talk("/new\n").exitCode()).isZero();
    assertThat(talk("/sessions\n").out().lines()).hasSize(2);
  }

  @Test
  void wrongCommandsSayWhatWasExpected() {
    Result result = talk("/rename\n/stop now\n/sesions\n", "--system", "Be short.");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("expected: /rename TITLE").contains("expected: /stop");
    assertThat(result.err()).contains("✗ /sesions: there is no such command; did you mean /sess");
    assertThat(result.out()).as("nothing is said to the model").isEmpty();
    assertThat(talk("//usr/bin\n").out()).contains("You said: /usr/bin");
    assertThat(talk("/stop now\n", "--plain").out()).contains("You said: /stop now");
  }

  @Test
  void aTurnThatIsTooLongIsRefusedShortlyAndTheNextOneIsSaid() {
    Result result = talk("x".repeat(3 << 20) + "\nhello\n");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .contains("✗ not said: message: 3145728 bytes (expected: at most 65536) (TOO_LARGE)\n")
        .contains("“xxx")
        .hasSizeLessThan(1_000);
    assertThat(result.out()).contains("You said: hello");
  }

  @Test
  void theModelThatWasAskedForIsKeptWhenItsSessionIsDeleted() {
    Result result = talk("one\n/delete\ntwo\n/info\n/delete\n/new\n", "-m", "slow/slow");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err().split("new session \\S+ with slow/slow", -1)).hasSize(4);
  }

  @Test
  void aDirectoryThatIsMissingIsNamed() {
    Path missing = parley.folder().resolve("nodir");
    Result result = talk("hello\n/export %s\n".formatted(missing.resolve("x.md")));
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("✗ " + missing + ": there is no such directory");
  }

  @Test
  void theNameOfAnAssistantIsNotToBeTaken() {
    Result result = parley.run("send", "--user=helper", "general", "x");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .contains("is an assistant of this server")
        .contains("Choose another --user.")
        .doesNotContain("metadata");
  }

  @Test
  void optionsThatDoNotGoTogetherAreWrongUsage() {
    assertThat(talk("", "general").exitCode()).isEqualTo(2);
    assertThat(talk("", "general").err()).contains("expected: no ROOM with --ai");
    Result rooms = parley.run("chat", "--model", "simulated");
    assertThat(rooms.exitCode()).isEqualTo(2);
    assertThat(rooms.err()).contains("expected: --ai too");
  }

  @Test
  void withoutAServerItExitsWithThree() {
    parley.stop();
    assertThat(talk("hello\n", "--connect-timeout", "1").exitCode()).isEqualTo(3);
  }
}
