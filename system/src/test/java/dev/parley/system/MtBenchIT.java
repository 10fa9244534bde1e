package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.assistant.v1.Answer;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.CreateSessionRequest;
import dev.parley.assistant.v1.GetTranscriptRequest;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.Outcome;
import dev.parley.testkit.MtBench;
import dev.parley.testkit.http.FakeProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The questions of MT-bench, each a session of two turns that two clients watch, while clients,
/// the network and the server break at random.
class MtBenchIT {
  /// Sessions at once.
  private static final int WAVE = 16;

  private static final int BREAKS_OF_WAVE = 4;
  private static final int PACE_MILLIS = 10;

  /// Some way into the answers of a wave.
  private static final int MAX_CHARS_BETWEEN = 3_000;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path data;
  @TempDir Path folder;

  private enum Break {
    CLIENT,
    NETWORK,
    SERVER
  }

  private final RandomGenerator random = Seed.generator("MtBenchIT");
  private final Map<Break, Integer> broken = new EnumMap<>(Break.class);
  private int interrupted;

  private static List<List<String>> questions() {
    List<List<String>> questions = new ArrayList<>();
    for (String line : MtBench.lines()) {
      List<String> turns = new ArrayList<>();
      JsonMapper.shared().readTree(line).get("turns").forEach(turn -> turns.add(turn.asString()));
      questions.add(turns);
    }
    return questions;
  }

  @Test
  void everyTranscriptEndsCompleteOrMarkedAndEveryWatcherSawTheSame() throws Exception {
    List<List<String>> questions = questions();
    assertThat(questions).hasSize(80);
    int port = ServerProcess.freePort(random);
    ServerProcess server = null;
    try (FakeProvider provider = new FakeProvider(MtBenchIT::repeat);
        CutNetwork network = new CutNetwork(port)) {
      Path settings =
          Files.writeString(
              folder.resolve("parley.conf"),
              """
              provider.fake.kind = compatible
              provider.fake.base-url = %s
              """
                  .formatted(provider.url()));
      String[] options = {
        "--config", settings.toString(), "--assistant-model", "fake/repeats", "--http", "off"
      };
      server = ServerProcess.start(data, port, options);
      for (int from = 0; from < questions.size(); from += WAVE) {
        List<List<String>> wave = questions.subList(from, from + WAVE);
        try (Watchers watchers = new Watchers(network, wave)) {
          for (int i = 0; i < BREAKS_OF_WAVE; i++) {
            watchers.awaitSome(random.nextInt(1, MAX_CHARS_BETWEEN));
            Break what = Break.values()[random.nextInt(Break.values().length)];
            broken.merge(what, 1, Integer::sum);
            switch (what) {
              case CLIENT -> watchers.disconnect(random.nextInt(2));
              case NETWORK -> network.cut();
              case SERVER -> {
                server.kill();
                server = ServerProcess.start(data, port, options);
              }
            }
            watchers.reconnect();
          }
          check(watchers);
        }
      }
    } finally {
      if (server != null) {
        server.close();
      }
    }
    System.out.printf(
        "MtBenchIT: broken %s, of %d answers %d were interrupted%n",
        broken, 2 * questions.size(), interrupted);
    ParleyCommand.Result check = ParleyCommand.run("check", "--data", data.toString());
    assertThat(check.code()).as(check.err()).isZero();
  }

  /// Repeats what was said last, a word in each [#PACE_MILLIS].
  private static void repeat(FakeProvider.Exchange exchange)
      throws IOException, InterruptedException {
    JsonNode messages = JsonMapper.shared().readTree(exchange.request().body()).get("messages");
    JsonNode content = messages.get(messages.size() - 1).get("content");
    if (content.isArray()) { // a turn before it got no answer, so this is said with it
      content = content.get(content.size() - 1).get("text");
    }
    String said = content.asString();
    exchange.stream();
    for (String word : said.splitWithDelimiters(" ", 0)) {
      exchange.data(choice(Map.of("delta", Map.of("content", word))));
      TimeUnit.MILLISECONDS.sleep(PACE_MILLIS);
    }
    exchange.data(choice(Map.of("delta", Map.of(), "finish_reason", "stop")));
    exchange.chunk("data: [DONE]\n\n");
    exchange.end();
  }

  private static String choice(Map<String, Object> choice) {
    return JsonMapper.shared().writeValueAsString(Map.of("choices", List.of(choice)));
  }

  /// The two clients of a wave, the first of which asks. Each goes on where it was.
  private static final class Watchers implements AutoCloseable {
    final Map<String, List<String>> questions = new LinkedHashMap<>();
    final SessionWatcher[] clients = new SessionWatcher[2];
    private final CutNetwork network;
    private long seen;

    Watchers(CutNetwork network, List<List<String>> wave) {
      this.network = network;
      for (int i = 0; i < clients.length; i++) {
        clients[i] = new SessionWatcher(network.address(), "ann", Map.of());
      }
      for (List<String> turns : wave) {
        questions.put(
            clients[0]
                .calls
                .createSession(CreateSessionRequest.getDefaultInstance())
                .getSessionId(),
            turns);
      }
      begin();
    }

    private void begin() {
      questions.forEach(
          (session, turns) -> {
            for (SessionWatcher client : clients) {
              client.resume(session);
            }
            for (int i = 0; i < turns.size(); i++) {
              clients[0].ask(session, "turn " + i, turns.get(i));
            }
          });
    }

    /// Waits until so many characters more have come, or all.
    void awaitSome(long chars) {
      Await.until(
          PATIENCE,
          () -> "%d of %d characters".formatted(clients[0].chars() - seen, chars),
          () -> clients[0].chars() - seen >= chars || hasAll());
      seen = clients[0].chars();
    }

    private boolean hasAll() {
      return questions.keySet().stream()
          .allMatch(session -> isAnswered(clients[0].told().getOrDefault(session, List.of())));
    }

    static boolean isAnswered(List<ChatResponse> events) {
      return events.stream().filter(MtBenchIT::isEnd).count() == 2;
    }

    void disconnect(int which) {
      clients[which].close();
    }

    /// Both begin anew after what they were told; asking again is the same question.
    void reconnect() {
      for (int i = 0; i < clients.length; i++) {
        clients[i].close();
        clients[i] = new SessionWatcher(network.address(), "ann", clients[i].told());
      }
      seen = 0;
      begin();
    }

    @Override
    public void close() {
      for (SessionWatcher client : clients) {
        client.close();
      }
    }
  }

  private static boolean isEnd(ChatResponse event) {
    return event.getType() == ChatResponse.Type.RESPONSE_COMPLETE
        || event.getType() == ChatResponse.Type.ERROR;
  }

  private void check(Watchers watchers) {
    Await.until(
        PATIENCE,
        () -> "both clients are told the end of every answer",
        () ->
            watchers.questions.keySet().stream()
                .allMatch(
                    session ->
                        List.of(watchers.clients).stream()
                            .allMatch(
                                client ->
                                    Watchers.isAnswered(
                                        client.told().getOrDefault(session, List.of())))));
    Map<String, List<ChatResponse>> first = watchers.clients[0].told();
    Map<String, List<ChatResponse>> second = watchers.clients[1].told();
    watchers.questions.forEach(
        (session, turns) -> {
          GetTranscriptResponse transcript =
              watchers.clients[0].calls.getTranscript(
                  GetTranscriptRequest.newBuilder().setSessionId(session).build());
          StringBuilder text = new StringBuilder();
          assertThat(transcript.getTurnsCount()).isEqualTo(turns.size());
          for (int i = 0; i < turns.size(); i++) {
            Answer answer = transcript.getTurns(i).getAnswer();
            assertThat(transcript.getTurns(i).getText()).isEqualTo(turns.get(i));
            assertThat(answer.getOutcome())
                .isIn(Outcome.OUTCOME_COMPLETE, Outcome.OUTCOME_INTERRUPTED);
            interrupted += answer.getOutcome() == Outcome.OUTCOME_INTERRUPTED ? 1 : 0;
            text.append(answer.getText());
          }
          assertThat(SessionWatcher.text(first.get(session))).isEqualTo(text.toString());
          assertThat(second.get(session)).isEqualTo(first.get(session));
        });
  }
}
