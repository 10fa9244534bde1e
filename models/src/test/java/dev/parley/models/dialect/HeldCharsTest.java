package dev.parley.models.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.models.sse.ServerSentEvent;
import org.junit.jupiter.api.Test;

/// What readers keep for later is known, lest a provider has them keep any amount.
class HeldCharsTest {
  private static final String LONG = "x".repeat(1_000);

  private static void read(AnswerReader reader, String... data) {
    for (String one : data) {
      reader.read(new ServerSentEvent("message", one, ""), _ -> {});
    }
  }

  @Test
  void anthropicKeepsTheInputsOfOpenCallsAndTheReason() {
    AnswerReader reader = new AnthropicDialect().reader();
    String call =
        """
        {"type":"content_block_start","index":%d,"content_block":{"type":"tool_use","id":"t",
         "name":"n","input":{"a":"%s"}}}
        """;
    read(
        reader,
        "{\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"model\":\"c\",\"usage\":{}}}",
        call.formatted(0, LONG),
        call.formatted(1, LONG));
    assertThat(reader.heldChars()).isBetween(2_128L, 2_200L);
    read(reader, "{\"type\":\"content_block_stop\",\"index\":0}");
    assertThat(reader.heldChars()).isBetween(1_064L, 1_100L);
    read(
        reader,
        "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\","
            + "\"partial_json\":\"{}\"}}");
    assertThat(reader.heldChars()).as("the block itself").isEqualTo(64);
    read(
        reader,
        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"%s\",\"stop_details\":{"
                .formatted(LONG)
            + "\"explanation\":\"%s\"}},\"usage\":{}}".formatted(LONG));
    assertThat(reader.heldChars()).isEqualTo(2_064);
  }

  @Test
  void openAiKeepsTheIdsOfCallsAndTheReason() {
    AnswerReader reader = new OpenAiDialect(OpenAiDialect.Flavour.OPENAI).reader();
    read(
        reader,
        """
        {"id":"c","choices":[{"index":0,"delta":{"tool_calls":[
         {"index":0,"id":"%s","function":{"name":"n","arguments":""}},
         {"index":1,"id":"%s","function":{"name":"n","arguments":"%s"}}]}}]}
        """
            .formatted(LONG, LONG, LONG),
        "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"%s\"}]}"
            .formatted(LONG));
    assertThat(reader.heldChars()).isEqualTo(3_000);
  }

  @Test
  void geminiKeepsTheIdAndTheReason() {
    AnswerReader reader = new GeminiDialect().reader();
    read(
        reader,
        """
        {"responseId":"%s","candidates":[{"content":{"parts":[]},"finishReason":"%s"}]}
        """
            .formatted(LONG, LONG));
    assertThat(reader.heldChars()).isEqualTo(2_000);
  }
}
