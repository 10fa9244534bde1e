package dev.parley.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.testkit.http.FakeProvider;
import dev.parley.testkit.http.FakeProvider.Exchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// OpenAI's own libraries, unmodified, with the address of a real server: answers whole and in
/// pieces, tools, usage, errors, models. Which versions, and what is checked, is in the folder of
/// resources `openai-sdk`.
///
/// A library that cannot be had is told and skipped ([Needs]).
class OpenAiSdkIT {
  private static final Path WORK = Path.of("target/openai-sdk").toAbsolutePath();
  private static final String CHUNK = "{\"id\":\"up-1\",\"model\":\"m\",\"choices\":[%s]}";
  private static final String CALL =
      """
      {"index":0,"delta":{"tool_calls":[{"index":0,"id":"call-1","type":"function",\
      "function":{"name":"weather","arguments":"{\\"place\\""}}]}}\
      """;
  private static final String MORE_OF_IT =
      """
      {"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":\\"Oslo\\"}"}}]}}\
      """;

  @TempDir Path folder;

  @Test
  void pythonLibraryMeetsWhatItKnows() throws Exception {
    Path python = WORK.resolve("venv/bin/python");
    if (!Files.exists(WORK.resolve("venv/installed"))) {
      require("Python with venv and pip", "python3", "-m", "venv", WORK.resolve("venv").toString());
      require(
          "the library from PyPI",
          python.toString(),
          "-m",
          "pip",
          "install",
          "--quiet",
          "--disable-pip-version-check",
          "-r",
          resource("requirements.txt"));
      Files.createFile(WORK.resolve("venv/installed"));
    }
    check("python", python.toString(), resource("check.py"));
  }

  @Test
  void nodeLibraryMeetsWhatItKnows() throws Exception {
    Path here = Files.createDirectories(WORK.resolve("node"));
    if (!Files.exists(here.resolve("installed"))) {
      Files.writeString(
          here.resolve("package.json"), Files.readString(Path.of(resource("package.json"))));
      require(
          "npm",
          "npm",
          "install",
          "--silent",
          "--no-fund",
          "--no-audit",
          "--prefix",
          here.toString());
      Files.createFile(here.resolve("installed"));
    }
    // Beside the library, where Node looks for it.
    Path script =
        Files.writeString(
            here.resolve("check.mjs"), Files.readString(Path.of(resource("check.mjs"))));
    check("node", "node", script.toString());
  }

  /// @param program that is given the server's address and a credential of its own
  private void check(String name, String... program) throws Exception {
    Canary key = Canary.next("the key of the provider");
    Canary own = Canary.next("the library's own key");
    LeftBehind left = LeftBehind.of("openai-sdk-" + name);
    try (FakeProvider provider = new FakeProvider(OpenAiSdkIT::play)) {
      Path file =
          Files.writeString(
              folder.resolve("parley.conf"),
              """
              provider.fake.kind = compatible
              provider.fake.base-url = %s
              provider.fake.key = %s
              provider.simulated.pace = 0s
              """
                  .formatted(provider.url(), key.secret()));
      String[] options = {"--config", file.toString(), "--http", "127.0.0.1:0"};
      try (ServerProcess server = ServerProcess.start(left.data(), 0, options)) {
        String base = "http://%s/v1".formatted(server.httpAddress());
        String said = Processes.run(program[0], program[1], base, own.secret());
        assertThat(said).contains("all is well");
        server.stop();
        left.keepLog(server);
        assertThat(server.log()).doesNotContain("ERROR");
        byte[] told = (said + server.log()).getBytes(UTF_8);
        assertThat(Canary.traces(told, List.of(key, own))).isEmpty();
        assertThat(credentials(provider)).contains(key.secret(), own.secret());
      }
    }
  }

  /// What the provider was asked with.
  private static Stream<String> credentials(FakeProvider provider) {
    return provider.requests().stream()
        .map(request -> request.headers().getOrDefault("authorization", ""))
        .map(header -> header.replace("Bearer ", ""));
  }

  /// A provider whose models each do one thing.
  private static void play(Exchange exchange) throws IOException {
    String body = exchange.request().body();
    if (exchange.request().method().equals("GET")) {
      exchange.answer(200, "{\"data\":[{\"id\":\"limited\"},{\"id\":\"tools\"}]}");
    } else if (body.contains("\"limited\"")) {
      exchange.answer(429, "{\"error\":{\"message\":\"slowly\"}}", "retry-after: 30");
    } else if (body.contains("\"locked\"")) {
      exchange.answer(401, "{\"error\":{\"message\":\"no such key\"}}");
    } else if (body.contains("\"cut\"")) {
      exchange.stream();
      exchange.data(CHUNK.formatted("{\"index\":0,\"delta\":{\"content\":\"part\"}}"));
      exchange.cut();
    } else if (body.contains("\"role\":\"tool\"")) {
      say(exchange, "stop", "{\"index\":0,\"delta\":{\"content\":\"It rains.\"}}");
    } else {
      say(exchange, "tool_calls", CALL, MORE_OF_IT);
    }
  }

  private static void say(Exchange exchange, String reason, String... choices) throws IOException {
    exchange.stream();
    for (String choice : choices) {
      exchange.data(CHUNK.formatted(choice));
    }
    exchange.data(
        CHUNK.formatted("{\"index\":0,\"delta\":{},\"finish_reason\":\"%s\"}".formatted(reason)));
    exchange.chunk("data: [DONE]\n\n");
    exchange.end();
  }

  private static String resource(String name) {
    return Path.of("src/test/resources/openai-sdk", name).toAbsolutePath().toString();
  }

  private static void require(String what, String... words) {
    Processes.Output output = Processes.attempt(words);
    if (output.code() == 0) {
      return;
    }
    throw Needs.missing(
        "%s is not to be had here: %s: %s"
            .formatted(what, String.join(" ", words), output.text().strip()),
        "apt-get install python3-venv nodejs npm, and a way to PyPI and npm");
  }
}
