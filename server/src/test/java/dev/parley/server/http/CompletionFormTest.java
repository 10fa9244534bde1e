package dev.parley.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.model.v1.Answer;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.Finished;
import dev.parley.model.v1.Reasoning;
import dev.parley.model.v1.Started;
import dev.parley.model.v1.StopReason;
import dev.parley.model.v1.ToolCall;
import dev.parley.model.v1.Usage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CompletionFormTest {
  private static final Started STARTED =
      Started.newBuilder().setId("id-1").setModel("m-1").setRoute("a/m").build();

  private final CompletionForm form = new CompletionForm("a/m", 7);

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }

  /// As whoever reads it has it.
  private static JsonNode told(JsonNode node) {
    return json(node.toString());
  }

  private static String chunk(String delta, String finish) {
    return """
    {"id": "id-1", "object": "chat.completion.chunk", "created": 7, "model": "m-1",
     "provider": "a",
     "choices": [{"index": 0, "delta": %s, "finish_reason": %s}]}
    """
        .formatted(delta, finish);
  }

  @Test
  void piecesAreChunksAndTheFirstNamesTheRole() {
    form.started(STARTED);
    assertThat(told(form.piece(ChatResponse.newBuilder().setText("a").build())))
        .isEqualTo(json(chunk("{\"role\": \"assistant\", \"content\": \"a\"}", "null")));
    assertThat(told(form.piece(ChatResponse.newBuilder().setText("b").build())))
        .isEqualTo(json(chunk("{\"content\": \"b\"}", "null")));
    assertThat(told(form.piece(ChatResponse.newBuilder().setRefusal("no").build())))
        .isEqualTo(json(chunk("{\"refusal\": \"no\"}", "null")));
    ChatResponse thought =
        ChatResponse.newBuilder().setReasoning(Reasoning.newBuilder().setText("hm")).build();
    assertThat(told(form.piece(thought)))
        .isEqualTo(json(chunk("{\"reasoning_content\": \"hm\"}", "null")));
  }

  @Test
  void callsAreNamedOnceAndToldByIndex() {
    form.started(STARTED);
    form.piece(ChatResponse.newBuilder().setText("a").build());
    assertThat(told(form.piece(call(ToolCall.newBuilder().setIndex(1).setId("c").setName("f")))))
        .isEqualTo(
            json(
                chunk(
                    """
                    {"tool_calls": [{"index": 1, "id": "c", "type": "function",
                     "function": {"name": "f", "arguments": ""}}]}
                    """,
                    "null")));
    assertThat(told(form.piece(call(ToolCall.newBuilder().setIndex(1).setArguments("{}")))))
        .isEqualTo(
            json(
                chunk(
                    "{\"tool_calls\": [{\"index\": 1, \"function\": {\"arguments\": \"{}\"}}]}",
                    "null")));
  }

  private static ChatResponse call(ToolCall.Builder call) {
    return ChatResponse.newBuilder().setToolCall(call).build();
  }

  @ParameterizedTest
  @CsvSource({
    "STOP, stop",
    "LENGTH, length",
    "TOOL_CALLS, tool_calls",
    "CONTENT_FILTER, content_filter",
    "REFUSAL, content_filter",
    "OTHER, stop"
  })
  void whyAnAnswerEndsIsToldInWordsThatAreKnown(String reason, String word) {
    Finished.Builder finished =
        Finished.newBuilder()
            .setReason(StopReason.valueOf("STOP_REASON_" + reason))
            .setProviderReason("theirs");
    JsonNode choice =
        form.piece(ChatResponse.newBuilder().setFinished(finished).build()).at("/choices/0");
    assertThat(choice.path("finish_reason").stringValue()).isEqualTo(word);
    assertThat(choice.path("native_finish_reason").stringValue()).isEqualTo("theirs");
  }

  @Test
  void aRefusalInWordsEndsLikeAnyAnswer() {
    form.piece(ChatResponse.newBuilder().setRefusal("no").build());
    ChatResponse end =
        ChatResponse.newBuilder()
            .setFinished(Finished.newBuilder().setReason(StopReason.STOP_REASON_REFUSAL))
            .build();
    assertThat(form.piece(end).at("/choices/0/finish_reason").stringValue()).isEqualTo("stop");
  }

  @Test
  void usageIsToldAsFarAsItIsKnown() {
    Usage.Builder usage = Usage.newBuilder().setInputTokens(3).setOutputTokens(4);
    usage.setCachedInputTokens(1).setReasoningTokens(2);
    Finished finished = Finished.newBuilder().setUsage(usage).setCostNanos(4_920_000).build();
    assertThat(told(form.usage(finished)).path("usage"))
        .isEqualTo(
            json(
                """
                {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7,
                 "cost": 0.00492, "prompt_tokens_details": {"cached_tokens": 1},
                 "completion_tokens_details": {"reasoning_tokens": 2}}
                """));
    Finished some = Finished.newBuilder().setUsage(Usage.newBuilder().setOutputTokens(4)).build();
    assertThat(told(form.usage(some)).path("usage")).isEqualTo(json("{\"completion_tokens\": 4}"));
    assertThat(form.usage(Finished.getDefaultInstance()).has("usage")).isFalse();
  }

  @Test
  void aWholeAnswerIsACompletion() {
    Answer answer =
        Answer.newBuilder()
            .setStarted(STARTED.toBuilder().clearModel().clearId())
            .addReasoning(Reasoning.newBuilder().setText("h"))
            .addReasoning(Reasoning.newBuilder().setText("m"))
            .addToolCalls(ToolCall.newBuilder().setId("c").setName("f").setArguments("{}"))
            .setFinished(Finished.newBuilder().setReason(StopReason.STOP_REASON_TOOL_CALLS))
            .build();
    JsonNode body = told(form.whole(answer));
    assertThat(body.path("id").stringValue()).startsWith("chatcmpl-");
    assertThat(body.path("object").stringValue()).isEqualTo("chat.completion");
    assertThat(body.path("model").stringValue()).isEqualTo("a/m");
    assertThat(body.has("usage")).isFalse();
    assertThat(body.at("/choices/0"))
        .isEqualTo(
            json(
                """
                {"index": 0, "message": {"role": "assistant", "content": null, "refusal": null,
                  "reasoning_content": "hm", "tool_calls": [{"id": "c", "type": "function",
                  "function": {"name": "f", "arguments": "{}"}}]},
                 "logprobs": null, "finish_reason": "tool_calls"}
                """));
  }
}
