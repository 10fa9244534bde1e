package dev.parley.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.model.v1.ListModelsRequest;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import dev.parley.testkit.http.FakeProvider;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The HTTP port as its clients meet it, over sockets.
@Timeout(60)
class HttpDoorTest {
  private static final String FINISH =
      """
      {"id":"up-1","model":"m-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
      """
          .strip();
  private static final String DONE = "data: [DONE]";

  private volatile FakeProvider.Script script = exchange -> exchange.answer(500, "{}");
  private final FakeProvider provider = new FakeProvider(exchange -> script.play(exchange));

  @RegisterExtension
  final ServerExtension server =
      new ServerExtension()
          .with(Setting.HTTP, "127.0.0.1:0")
          .with(Setting.DRAIN_GRACE, "3s")
          .withLines(
              """
              provider.simulated.pace = 0s
              provider.slow.kind = simulated
              provider.slow.pace = 20ms
              provider.fake.kind = compatible
              provider.fake.base-url = %1$s
              provider.fake.key = fake-key
              provider.hasty.kind = compatible
              provider.hasty.base-url = %1$s
              provider.hasty.token-timeout = 300ms
              """
                  .formatted(provider.url()));

  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() throws IOException {
    client.shutdownNow();
    provider.close();
  }

  private static String delta(String text) {
    return """
    {"id":"up-1","model":"m-1","choices":[{"index":0,"delta":{"content":"%s"}}]}\
    """
        .formatted(text);
  }

  private static String question(String model, String more) {
    return """
    {"model": "%s", "messages": [{"role": "user", "content": "hello there"}] %s}\
    """
        .formatted(model, more);
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:%d%s".formatted(server.httpAddress().getPort(), path)))
        .version(HttpClient.Version.HTTP_1_1);
  }

  private HttpRequest.Builder post(String body) {
    return to("/v1/chat/completions")
        .header("content-type", "application/json")
        .header("authorization", "Bearer anything")
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private HttpResponse<String> ask(String body) throws Exception {
    return client.send(post(body).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(to(path).build(), BodyHandlers.ofString());
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }

  /// The data of a stream's events.
  private static List<String> events(Stream<String> lines) {
    return lines.filter(line -> !line.isEmpty()).toList();
  }

  private static JsonNode data(String line) {
    assertThat(line).startsWith("data: ");
    return json(line.substring("data: ".length()));
  }

  private static String text(List<String> events) {
    StringBuilder text = new StringBuilder();
    for (String event : events) {
      if (!event.equals(DONE)) {
        text.append(data(event).at("/choices/0/delta/content").stringValue(""));
      }
    }
    return text.toString();
  }

  private static JsonNode error(HttpResponse<String> response) {
    JsonNode error = json(response.body()).path("error");
    assertThat(error.properties())
        .as(response.body())
        .extracting(java.util.Map.Entry::getKey)
        .containsExactly("message", "type", "param", "code");
    return error;
  }

  private static void assertRefused(HttpResponse<String> response, int status, String code) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(error(response).path("code").stringValue()).isEqualTo(code);
  }

  // Answers.

  @Test
  void aStreamComesInOrderAndEndsAsItShould() throws Exception {
    HttpResponse<Stream<String>> response =
        client.send(
            post(question(
                    "simulated",
                    ", \"stream\": true, \"stream_options\": {\"include_usage\": true}"))
                .build(),
            BodyHandlers.ofLines());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    List<String> events = events(response.body());
    assertThat(events.getLast()).isEqualTo(DONE);
    JsonNode first = data(events.getFirst());
    assertThat(first.at("/choices/0/delta/role").stringValue()).isEqualTo("assistant");
    assertThat(first.path("model").stringValue()).isEqualTo("simulated");
    assertThat(first.path("object").stringValue()).isEqualTo("chat.completion.chunk");
    assertThat(text(events)).startsWith("You said: hello there This");
    JsonNode usage = data(events.get(events.size() - 2));
    assertThat(usage.path("choices").isEmpty()).isTrue();
    assertThat(usage.at("/usage/prompt_tokens").intValue()).isEqualTo(2);
    JsonNode end = data(events.get(events.size() - 3));
    assertThat(end.at("/choices/0/finish_reason").stringValue()).isEqualTo("stop");
    assertThat(events.subList(0, events.size() - 3))
        .hasSizeGreaterThan(5)
        .allMatch(event -> data(event).at("/choices/0/finish_reason").isNull());
  }

  @Test
  void usageIsNotToldToWhoDoesNotAskForIt() throws Exception {
    List<String> events = events(ask(question("simulated", ", \"stream\": true")).body().lines());
    assertThat(data(events.get(events.size() - 2)).at("/choices/0/finish_reason").stringValue())
        .isEqualTo("stop");
    assertThat(events).noneMatch(event -> event.contains("usage"));
  }

  @Test
  void aWholeAnswerIsThatOfTheStream() throws Exception {
    List<String> events = events(ask(question("simulated", ", \"stream\": true")).body().lines());
    HttpResponse<String> response = ask(question("simulated", ""));
    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode whole = json(response.body());
    assertThat(whole.at("/choices/0/message/content").stringValue()).isEqualTo(text(events));
    assertThat(whole.at("/usage/total_tokens").intValue())
        .isEqualTo(
            whole.at("/usage/prompt_tokens").intValue()
                + whole.at("/usage/completion_tokens").intValue());
  }

  @Test
  void eachPieceIsSentAsItComes() throws Exception {
    CompletableFuture<Void> seen = new CompletableFuture<>();
    script =
        exchange -> {
          exchange.stream();
          exchange.data(delta("first"));
          seen.join(); // not before the client has it
          exchange.data(delta("second"));
          exchange.data(FINISH);
          exchange.chunk("data: [DONE]\n\n");
          exchange.end();
        };
    HttpResponse<Stream<String>> response =
        client.send(post(question("fake/m", ", \"stream\": true")).build(), BodyHandlers.ofLines());
    List<String> events =
        events(
            response
                .body()
                .peek(
                    line -> {
                      if (line.contains("first")) {
                        seen.complete(null);
                      }
                    }));
    assertThat(text(events)).isEqualTo("firstsecond");
    assertThat(data(events.getFirst()).path("id").stringValue()).isEqualTo("up-1");
  }

  @Test
  void toolsGoOutAndCallsComeBack() throws Exception {
    script =
        exchange -> {
          exchange.stream();
          exchange.data(
              """
              {"id":"up-1","model":"m-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,\
              "id":"c1","type":"function","function":{"name":"f","arguments":"{\\"x\\""}}]}}]}\
              """);
          exchange.data(
              """
              {"id":"up-1","model":"m-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,\
              "function":{"arguments":":1}"}}]}}]}\
              """);
          exchange.data(
              """
              {"id":"up-1","model":"m-1","choices":[{"index":0,"delta":{},\
              "finish_reason":"tool_calls"}]}\
              """);
          exchange.chunk("data: [DONE]\n\n");
          exchange.end();
        };
    String tools =
        """
        , "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        "tool_choice": "required"
        """;
    JsonNode choice = json(ask(question("fake/m", tools)).body()).at("/choices/0");
    assertThat(choice.path("finish_reason").stringValue()).isEqualTo("tool_calls");
    assertThat(choice.at("/message/tool_calls/0/id").stringValue()).isEqualTo("c1");
    assertThat(choice.at("/message/tool_calls/0/function/arguments").stringValue())
        .isEqualTo("{\"x\":1}");
    JsonNode asked = json(provider.requests().getFirst().body());
    assertThat(asked.at("/tools/0/function/name").stringValue()).isEqualTo("f");
    assertThat(asked.path("tool_choice").stringValue()).isEqualTo("required");

    List<String> events =
        events(ask(question("fake/m", ", \"stream\": true" + tools)).body().lines());
    assertThat(data(events.get(0)).at("/choices/0/delta/tool_calls/0/function/name").stringValue())
        .isEqualTo("f");
    assertThat(data(events.get(1)).at("/choices/0/delta/tool_calls/0/function/arguments"))
        .isEqualTo(json("\":1}\""));
  }

  @Test
  void theSecondModelAnswersForTheFirst() throws Exception {
    script = exchange -> exchange.answer(404, "{\"error\":{\"message\":\"no such model\"}}");
    JsonNode whole =
        json(ask(question("fake/m", ", \"models\": [\"simulated/simulated\"]")).body());
    assertThat(whole.path("model").stringValue()).isEqualTo("simulated");
  }

  @Test
  void aWholeAnswerThatBreaksOffIsGivenByTheSecondModel() throws Exception {
    script =
        exchange -> {
          exchange.stream();
          exchange.data(delta("part"));
          exchange.cut();
        };
    JsonNode whole =
        json(ask(question("fake/m", ", \"models\": [\"simulated/simulated\"]")).body());
    assertThat(whole.path("model").stringValue()).isEqualTo("simulated");
    assertThat(whole.at("/choices/0/message/content").stringValue()).startsWith("You said");
    assertThat(provider.requests()).hasSize(1);
  }

  @Test
  void aCharacterThatIsCutInTwoIsToldWhole() throws Exception {
    script =
        exchange -> {
          exchange.stream();
          exchange.data(delta("a\\uD83D"));
          exchange.data(delta("\\uDE00b"));
          exchange.data(FINISH);
          exchange.chunk("data: [DONE]\n\n");
          exchange.end();
        };
    assertThat(text(events(ask(question("fake/m", ", \"stream\": true")).body().lines())))
        .isEqualTo("a😀b");
  }

  // Errors.

  @ParameterizedTest
  @ValueSource(strings = {"", ", \"stream\": true"})
  void anErrorBeforeTheAnswerIsAStatus(String more) throws Exception {
    assertRefused(ask(question("nobody/m", more)), 404, "model_not_found");
    HttpResponse<String> hot = ask(question("simulated", ", \"temperature\": 9" + more));
    assertRefused(hot, 400, "invalid_value");
    assertThat(error(hot).path("message").stringValue()).startsWith("temperature: 9.0 (expected");
    assertThat(error(hot).path("param").stringValue()).isEqualTo("temperature");
    script = exchange -> exchange.answer(429, "{\"error\":{}}", "retry-after: 30");
    HttpResponse<String> limited = ask(question("fake/m", more));
    assertRefused(limited, 429, "rate_limit_exceeded");
    assertThat(limited.headers().firstValue("retry-after")).hasValue("30");
  }

  @Test
  void whoseCredentialIsRefusedIsTold() throws Exception {
    script = exchange -> exchange.answer(401, "{\"error\":{\"message\":\"bad key fake-key\"}}");
    HttpResponse<String> servers = ask(question("fake/m", ""));
    assertRefused(servers, 502, "provider_unauthenticated");
    assertThat(servers.headers().firstValue("x-should-retry")).hasValue("false");
    assertThat(servers.body()).doesNotContain("fake-key");
    script = exchange -> exchange.answer(401, "{\"error\":{\"message\":\"bad key my-own-key\"}}");
    HttpResponse<String> own =
        client.send(
            post(question("fake/m", "")).header("parley-provider-key", "my-own-key").build(),
            BodyHandlers.ofString());
    assertRefused(own, 401, "invalid_api_key");
    assertThat(own.body()).doesNotContain("my-own-key");
    assertThat(provider.requests().getLast().headers())
        .containsEntry("authorization", "Bearer my-own-key");
  }

  @ParameterizedTest
  @CsvSource({
    "cut, 502, provider_cut",
    "stall, 504, provider_timeout",
    "error, 502, provider_failed",
    "broken, 502, provider_malformed"
  })
  void anErrorInMidStreamIsTheLastEvent(String how, int status, String code) throws Exception {
    script =
        exchange -> {
          exchange.stream();
          exchange.data(delta("part"));
          switch (how) {
            case "cut" -> exchange.cut();
            case "stall" -> exchange.stall();
            case "error" ->
                exchange.data("{\"error\":{\"message\":\"oh\",\"type\":\"server_error\"}}");
            default -> exchange.data("{broken");
          }
        };
    String model = how.equals("stall") ? "hasty/m" : "fake/m";
    List<String> events = events(ask(question(model, ", \"stream\": true")).body().lines());
    assertThat(events).hasSize(2);
    assertThat(text(events.subList(0, 1))).isEqualTo("part");
    JsonNode last = data(events.getLast()).path("error");
    assertThat(last.path("code").stringValue()).isEqualTo(code);
    assertThat(last.has("partial")).isFalse(); // it has been told
    HttpResponse<String> whole = ask(question(model, ""));
    assertThat(whole.statusCode()).isEqualTo(status);
    assertThat(json(whole.body()).at("/error/code").stringValue()).isEqualTo(code);
    assertThat(json(whole.body()).at("/error/partial/content").stringValue()).isEqualTo("part");
  }

  @Test
  void requestsThatAreNoneAreRefusedInWords() throws Exception {
    assertRefused(ask("{\"model\": "), 400, "invalid_value");
    assertRefused(ask(question("simulated", ", \"n\": 2")), 400, "unsupported_parameter");
    HttpRequest plain =
        post(question("simulated", "")).setHeader("content-type", "text/plain").build();
    assertRefused(client.send(plain, BodyHandlers.ofString()), 415, "unsupported_media_type");
    assertRefused(get("/v1/embeddings"), 404, "unknown_url");
    HttpResponse<String> wrong = get("/v1/chat/completions");
    assertRefused(wrong, 405, "method_not_allowed");
    assertThat(wrong.headers().firstValue("allow")).hasValue("POST");
    HttpRequest preflight =
        to("/v1/chat/completions").method("OPTIONS", HttpRequest.BodyPublishers.noBody()).build();
    HttpResponse<String> none = client.send(preflight, BodyHandlers.ofString());
    assertRefused(none, 405, "method_not_allowed");
    assertThat(none.headers().map()).doesNotContainKey("access-control-allow-origin");
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedHoweverItComes() throws Exception {
    String large = "x".repeat(2 << 20);
    assertRefused(ask(large), 413, "request_too_large");
    HttpRequest chunked =
        to("/v1/chat/completions")
            .header("content-type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.fromPublisher(
                    HttpRequest.BodyPublishers.ofString(large)))
            .build();
    assertRefused(client.send(chunked, BodyHandlers.ofString()), 413, "request_too_large");
  }

  // Other paths.

  @Test
  void whatIsMeasuredIsReadAsPrometheusReadsIt() throws Exception {
    assertThat(ask(question("simulated", "")).statusCode()).isEqualTo(200);
    HttpResponse<String> metrics = get("/metrics");
    assertThat(metrics.headers().firstValue("content-type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    assertThat(metrics.body())
        .contains("gen_ai_client_operation_duration_seconds_count{")
        .contains("gen_ai_client_token_usage_sum{")
        .contains("gen_ai_client_operation_time_to_first_chunk_seconds_bucket{")
        .contains("parley_provider=\"simulated\"")
        .contains("\njvm_memory_used_bytes{")
        .contains("\njvm_threads_live_threads ")
        .contains("\nparley_http_requests 1.0\n")
        .contains("\nparley_connections ")
        .contains("\nparley_chat_streams 0.0\n")
        .contains("\nparley_model_calls 0.0\n")
        .contains("\nparley_session_answers 0.0\n")
        .contains("\nparley_room_answers 0.0\n")
        .contains("\nparley_commands_waiting ")
        .containsPattern("\nparley_entries_total [1-9]")
        .containsPattern("\nparley_topics ");
  }

  @Test
  void healthIsTold() throws Exception {
    assertThat(get("/healthz").body()).isEqualTo("{\"status\":\"serving\"}");
  }

  @Test
  void modelsOfAllProvidersThatAnswerAreListedAndAskedForOnce() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    script =
        exchange -> {
          asked.incrementAndGet();
          exchange.answer(200, "{\"data\":[{\"id\":\"m-1\"},{\"id\":\"deep/m-2\"}]}");
        };
    for (int i = 0; i < 3; i++) {
      JsonNode list = json(get("/v1/models").body());
      assertThat(list.path("object").stringValue()).isEqualTo("list");
      assertThat(list.path("data").valueStream().map(model -> model.path("id").stringValue()))
          .containsExactly(
              "fake/m-1",
              "fake/deep/m-2",
              "hasty/m-1",
              "hasty/deep/m-2",
              "simulated/simulated",
              "slow/simulated");
    }
    assertThat(json(get("/v1/models/fake/deep/m-2").body()).path("owned_by").stringValue())
        .isEqualTo("fake");
    assertThat(json(get("/v1/models/fake%2Fm-1").body()).path("id").stringValue())
        .isEqualTo("fake/m-1");
    assertRefused(get("/v1/models/fake/m-3"), 404, "model_not_found");
    assertThat(asked).hasValue(2); // each provider that is not simulated
  }

  @Test
  void aProviderThatCannotBeAskedIsLeftOut() throws Exception {
    script = exchange -> exchange.answer(401, "{}");
    assertThat(json(get("/v1/models").body()).path("data").size()).isEqualTo(2);
  }

  // Peers of all kinds.

  /// A peer that sends what it likes.
  private final class Peer implements AutoCloseable {
    private final Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), server.httpAddress().getPort());
    private final BufferedReader in =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));

    Peer() throws IOException {
      socket.setSoTimeout(30_000);
    }

    Peer send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(UTF_8));
      return this;
    }

    Peer post(String body) throws IOException {
      return send(
          """
          POST /v1/chat/completions HTTP/1.1\r
          host: localhost\r
          content-type: application/json\r
          content-length: %d\r
          \r
          %s\
          """
              .formatted(body.getBytes(UTF_8).length, body));
    }

    /// Reads up to a line that contains something.
    String until(String part) throws IOException {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.contains(part)) {
          return line;
        }
      }
      throw new AssertionError("the connection ended before " + part);
    }

    /// Reads one answer that is not chunked.
    String answer() throws IOException {
      StringBuilder answer = new StringBuilder(until("HTTP/1.1"));
      int length = 0;
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        answer.append(line).append('\n');
        if (line.startsWith("content-length: ")) {
          length = Integer.parseInt(line.substring("content-length: ".length()));
        }
      }
      for (int i = 0; i < length; i++) {
        answer.append((char) in.read());
      }
      return answer.toString();
    }

    String rest() throws IOException {
      StringBuilder rest = new StringBuilder();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        rest.append(line).append('\n');
      }
      return rest.toString();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void whoLeavesBeforeTheFirstPieceEndsTheQuestionAtTheProvider() throws Exception {
    script = FakeProvider.Exchange::stall;
    for (String more : List.of("", ", \"stream\": true")) {
      int before = provider.requests().size();
      try (Peer peer = new Peer()) {
        peer.post(question("fake/m", more));
        provider.awaitRequests(before + 1);
      }
      provider.awaitClosed(before + 1);
    }
  }

  @Test
  void whoLeavesInMidStreamEndsTheQuestionAtTheProvider() throws Exception {
    script =
        exchange -> {
          exchange.stream();
          exchange.data(delta("part"));
          exchange.stall();
        };
    try (Peer peer = new Peer()) {
      peer.post(question("fake/m", ", \"stream\": true")).until("part");
    }
    provider.awaitClosed(1);
  }

  @Test
  void whoDoesNotReadMakesTheProviderWait() throws Exception {
    String filler = delta("x".repeat(60_000));
    int count = 1_000;
    script =
        exchange -> {
          exchange.stream();
          for (int i = 0; i < count; i++) {
            exchange.data(filler);
          }
          exchange.data(FINISH);
          exchange.chunk("data: [DONE]\n\n");
          exchange.end();
        };
    try (Peer peer = new Peer()) {
      peer.post(question("fake/m", ", \"stream\": true"));
      provider.awaitRequests(1);
      long before = -1;
      for (long now = 0; now != before; now = provider.written()) {
        before = now;
        TimeUnit.MILLISECONDS.sleep(500);
      }
      assertThat(before).as("bytes that the provider got rid of").isLessThan(30_000_000L);
      int pieces = 0;
      for (String line = peer.until("data: "); !line.equals(DONE); line = peer.until("data: ")) {
        pieces += line.contains("xxxx") ? 1 : 0;
      }
      assertThat(pieces).isEqualTo(count);
    }
  }

  @Test
  void requestsOnOneConnectionAreAnsweredInTheirOrder() throws Exception {
    try (Peer peer = new Peer()) {
      String slow = question("slow", ", \"stream\": true");
      peer.post(slow)
          .post(question("nobody/m", ""))
          .send("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
          .post(question("simulated", ""));
      peer.until(DONE);
      assertThat(peer.answer()).contains("404");
      assertThat(peer.answer()).contains("serving");
      assertThat(peer.answer()).contains("You said");
    }
  }

  @Test
  void theOldProtocolGetsItsAnswerToo() throws Exception {
    String body = question("simulated", ", \"stream\": true");
    try (Peer peer = new Peer()) {
      peer.send(
          "POST /v1/chat/completions HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length:"
              + " %d\r\n\r\n%s".formatted(body.length(), body));
      String answer = peer.rest();
      assertThat(answer).contains("200 OK").endsWith(DONE + "\n\n").doesNotContain("chunked");
    }
  }

  @Test
  void whoAsksWhetherToGoOnIsTold() throws Exception {
    String body = question("simulated", "");
    try (Peer peer = new Peer()) {
      peer.send(
          "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\n"
              + "content-type: application/json\r\ncontent-length: %d\r\n\r\n"
                  .formatted(body.length()));
      peer.until("100 Continue");
      assertThat(peer.send(body).answer()).contains("200 OK").contains("You said");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "evil.test, 421",
    "evil.test:8080, 421",
    "localhost.evil.test, 421",
    "192.0.2.1, 421",
    "'', 421",
    "localhost, 200",
    "LOCALHOST:1, 200",
    "127.0.0.1:80, 200",
    "[::1]:80, 200"
  })
  void namesThatAreNotThisMachinesAreRefused(String host, int status) throws Exception {
    try (Peer peer = new Peer()) {
      peer.send("GET /healthz HTTP/1.1\r\nhost: %s\r\n\r\n".formatted(host));
      assertThat(peer.until("HTTP/1.1")).contains(Integer.toString(status));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:80/healthz, 200",
    "HTTP://localhost/healthz?x, 200",
    "http://localhost, 404",
    "http://evil.test/healthz, 421",
    "ftp://localhost/healthz, 404"
  })
  void theTargetMayNameTheHost(String target, int status) throws Exception {
    try (Peer peer = new Peer()) {
      peer.send("GET %s HTTP/1.1\r\nhost: localhost\r\n\r\n".formatted(target));
      assertThat(peer.until("HTTP/1.1")).contains(Integer.toString(status));
    }
  }

  @Test
  void aClientOfGrpcIsToldThatItIsWrongHere() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(server.httpAddress()).usePlaintext().build();
    try {
      assertThatThrownBy(
              () ->
                  ModelServiceGrpc.newBlockingStub(channel)
                      .listModels(ListModelsRequest.getDefaultInstance()))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("this port speaks HTTP/1.1; gRPC is served on another one");
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void aHostThereMustBeAndOnlyOne() throws Exception {
    for (String hosts : List.of("", "host: localhost\r\nhost: evil.test\r\n")) {
      try (Peer peer = new Peer()) {
        peer.send("GET /healthz HTTP/1.1\r\n%s\r\n".formatted(hosts)).until("400");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0016\u0003\u0001 hello\r\n\r\n",
        "GET /LONG HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\na: LONG\r\nb: LONG\r\n\r\n",
        "POST CHAT\r\ncontent-length: x\r\n\r\n",
        "POST CHAT\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n"
      })
  void bytesThatAreNoRequestEndTheConnectionAndNothingElse(String bytes) throws Exception {
    String head =
        "/v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json";
    try (Peer peer = new Peer()) {
      peer.send(bytes.replace("LONG", "x".repeat(10_000)).replace("CHAT", head));
      assertThat(peer.rest()).startsWith("HTTP/1.1 4").contains("\"error\"");
    }
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
  }

  // The end.

  @Test
  void aServerThatStopsLetsAnswersEndAndTakesNothingNew() throws Exception {
    String health = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    try (Peer busy = new Peer();
        Peer watcher = new Peer();
        Peer other = new Peer();
        Peer late = new Peer()) {
      busy.post(question("slow", ", \"stream\": true")).until("You");
      assertThat(late.send(health).answer()).contains("200");
      assertThat(other.send(health).answer()).contains("200");
      CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::stop);
      String answer = watcher.send(health).answer();
      while (!answer.contains("connection: close")) {
        answer = watcher.send(health).answer();
      }
      assertThat(other.send(health).answer()).contains("503").contains("not_serving");
      late.post(question("simulated", ""));
      assertThat(late.rest()).contains("503").contains("retry-after: 1").contains("draining");
      busy.until(DONE);
      stopped.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void answersThatDoNotEndAreCutWhenTheServerStops() throws Exception {
    script =
        exchange -> {
          exchange.stream();
          exchange.data(delta("part"));
          exchange.stall();
        };
    try (Peer peer = new Peer()) {
      peer.post(question("fake/m", ", \"stream\": true")).until("part");
      server.stop();
      assertThat(peer.rest()).contains("\"code\":\"draining\"").doesNotContain(DONE);
      provider.awaitClosed(1);
    }
  }

  @Test
  void aWholeAnswerThatDoesNotComeIsRefusedWhenTheServerStops() throws Exception {
    script = FakeProvider.Exchange::stall;
    try (Peer peer = new Peer()) {
      peer.post(question("fake/m", ""));
      provider.awaitRequests(1);
      server.stop();
      assertThat(peer.rest()).startsWith("HTTP/1.1 503").contains("\"code\":\"draining\"");
      provider.awaitClosed(1);
    }
  }
}
