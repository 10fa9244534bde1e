package dev.parley.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The HTTP port as its clients meet it, over sockets.
@Timeout(60)
class HttpDoorTest extends HttpDoorFixture {
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
        "tool_choice": "required", "parallel_tool_calls": false
        """;
    JsonNode choice = json(ask(question("fake/m", tools)).body()).at("/choices/0");
    assertThat(choice.path("finish_reason").stringValue()).isEqualTo("tool_calls");
    assertThat(choice.at("/message/tool_calls/0/id").stringValue()).isEqualTo("c1");
    assertThat(choice.at("/message/tool_calls/0/function/arguments").stringValue())
        .isEqualTo("{\"x\":1}");
    JsonNode asked = json(provider.requests().getFirst().body());
    assertThat(asked.at("/tools/0/function/name").stringValue()).isEqualTo("f");
    assertThat(asked.path("tool_choice").stringValue()).isEqualTo("required");
    assertThat(asked.path("parallel_tool_calls").toString()).isEqualTo("false");

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
}
