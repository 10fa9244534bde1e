package dev.parley.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.Credential;
import dev.parley.model.v1.Image;
import dev.parley.model.v1.OutputFormat;
import dev.parley.model.v1.Part;
import dev.parley.model.v1.Reasoning;
import dev.parley.model.v1.Role;
import dev.parley.model.v1.Sampling;
import dev.parley.model.v1.Schema;
import dev.parley.model.v1.Tool;
import dev.parley.model.v1.ToolCall;
import dev.parley.model.v1.ToolChoice;
import dev.parley.model.v1.ToolResult;
import dev.parley.model.v1.Turn;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompletionRequestTest {
  /// @param fields more fields of the body
  private static CompletionRequest hello(String fields) {
    return read("\"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]" + fields);
  }

  private static CompletionRequest read(String fields) {
    String body = "{\"model\": \"a/b\", %s}".formatted(fields);
    return CompletionRequest.of(body.getBytes(StandardCharsets.UTF_8), "");
  }

  private static ChatRequest.Builder asked() {
    return ChatRequest.newBuilder()
        .setModel("a/b")
        .setSampling(Sampling.getDefaultInstance())
        .addTurns(Turn.newBuilder().setRole(Role.ROLE_USER).setText("hi"));
  }

  @Test
  void modelAndMessagesAreEnough() {
    CompletionRequest request = hello("");
    assertThat(request.question()).isEqualTo(asked().build());
    assertThat(request.streamed()).isFalse();
    assertThat(request.withUsage()).isFalse();
  }

  @Test
  void theCallersCredentialGoesWithTheQuestion() {
    byte[] body =
        "{\"model\":\"a/b\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
            .getBytes(StandardCharsets.UTF_8);
    assertThat(CompletionRequest.of(body, "mine").question())
        .isEqualTo(asked().setCredential(Credential.newBuilder().setSecret("mine")).build());
  }

  @Test
  void howTheAnswerComes() {
    CompletionRequest request =
        hello(", \"stream\": true, \"stream_options\": {\"include_usage\": true}");
    assertThat(request.streamed()).isTrue();
    assertThat(request.withUsage()).isTrue();
  }

  @Test
  void aNameWithADotIsNotItsEnd() {
    assertThatThrownBy(() -> hello(", \"a.stream\": true"))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("a.stream");
  }

  @Test
  void whoAsksMayBeNamed() {
    assertThat(hello(", \"user\": \"ann\"").user()).isEqualTo("ann");
    assertThat(hello("").user()).isEmpty();
  }

  @Test
  void samplingIsTakenOver() {
    ChatRequest question =
        hello(
                """
                , "max_completion_tokens": 7, "max_tokens": 9, "temperature": 0.5, "top_p": 1,
                "stop": ["a", "b"], "seed": -3, "reasoning_effort": "medium"
                """)
            .question();
    assertThat(question.getSampling())
        .isEqualTo(
            Sampling.newBuilder()
                .setMaxTokens(7)
                .setTemperature(0.5)
                .setTopP(1)
                .addStop("a")
                .addStop("b")
                .setSeed(-3)
                .setReasoningTokens(8_192)
                .build());
    assertThat(hello(", \"max_tokens\": 9, \"stop\": \"c\"").question().getSampling())
        .isEqualTo(Sampling.newBuilder().setMaxTokens(9).addStop("c").build());
  }

  @Test
  void modelsAreAskedAfterTheFirst() {
    assertThat(hello(", \"models\": [\"c/d\", \"e/f\"]").question().getFallbackModelsList())
        .containsExactly("c/d", "e/f");
  }

  @Test
  void eachRoleAndPartIsUnderstood() {
    ChatRequest question =
        read("""
        "messages": [
          {"role": "system", "content": "s"},
          {"role": "developer", "content": [{"type": "text", "text": "d"}]},
          {"role": "user", "name": "ann", "content": [
            {"type": "text", "text": "look"},
            {"type": "image_url",
             "image_url": {"url": "data:image/png;base64,AQID", "detail": "low"}},
            {"type": "image_url", "image_url": {"url": "https://x.test/i.png"}}]},
          {"role": "assistant", "content": null, "reasoning_content": "hm", "tool_calls": [
            {"id": "c1", "type": "function",
             "function": {"name": "f", "arguments": "{\\"x\\":1}"}},
            {"id": "c2", "type": "function", "function": {"name": "g", "arguments": ""}}]},
          {"role": "tool", "tool_call_id": "c1", "content": "one"},
          {"role": "tool", "tool_call_id": "c2",
           "content": [{"type": "text", "text": "t"}, {"type": "text", "text": "wo"}]},
          {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
          {"role": "assistant", "content": ""},
          {"role": "user", "content": "go on"}]
        """)
            .question();
    Turn.Builder user = Turn.newBuilder().setRole(Role.ROLE_USER);
    user.addPartsBuilder().setText("look");
    user.addPartsBuilder()
        .setImage(
            Image.newBuilder()
                .setMediaType("image/png")
                .setData(ByteString.copyFrom(new byte[] {1, 2, 3})));
    user.addPartsBuilder().setImage(Image.newBuilder().setUrl("https://x.test/i.png"));
    Turn.Builder calls = Turn.newBuilder().setRole(Role.ROLE_ASSISTANT);
    calls.addPartsBuilder().setReasoning(Reasoning.newBuilder().setText("hm"));
    calls
        .addPartsBuilder()
        .setToolCall(ToolCall.newBuilder().setId("c1").setName("f").setArguments("{\"x\":1}"));
    calls.addPartsBuilder().setToolCall(ToolCall.newBuilder().setId("c2").setName("g"));
    Turn.Builder results = Turn.newBuilder().setRole(Role.ROLE_TOOL);
    results
        .addPartsBuilder()
        .setToolResult(ToolResult.newBuilder().setCallId("c1").setName("f").setContent("one"));
    results
        .addPartsBuilder()
        .setToolResult(ToolResult.newBuilder().setCallId("c2").setName("g").setContent("two"));
    assertThat(question.getTurnsList())
        .containsExactly(
            Turn.newBuilder().setRole(Role.ROLE_SYSTEM).setText("s").build(),
            Turn.newBuilder().setRole(Role.ROLE_SYSTEM).setText("d").build(),
            user.build(),
            calls.build(),
            results.build(),
            Turn.newBuilder()
                .setRole(Role.ROLE_ASSISTANT)
                .addParts(Part.newBuilder().setText("no"))
                .build(),
            Turn.newBuilder().setRole(Role.ROLE_USER).setText("go on").build());
  }

  @Test
  void toolsAndTheChoiceOfThemAreUnderstood() {
    String tools =
        """
        , "tools": [{"type": "function", "function": {"name": "f", "description": "does",
          "parameters": {"type": "object"}, "strict": true}},
          {"type": "function", "function": {"name": "g"}}]
        """;
    assertThat(hello(tools).question().getToolsList())
        .containsExactly(
            Tool.newBuilder()
                .setName("f")
                .setDescription("does")
                .setParameters("{\"type\":\"object\"}")
                .build(),
            Tool.newBuilder().setName("g").build());
    assertThat(choice("\"none\"").getMode()).isEqualTo(ToolChoice.Mode.MODE_NONE);
    assertThat(choice("\"auto\"").getMode()).isEqualTo(ToolChoice.Mode.MODE_AUTO);
    assertThat(choice("\"required\"").getMode()).isEqualTo(ToolChoice.Mode.MODE_REQUIRED);
    assertThat(choice("{\"type\": \"function\", \"function\": {\"name\": \"f\"}}"))
        .isEqualTo(
            ToolChoice.newBuilder().setMode(ToolChoice.Mode.MODE_REQUIRED).setName("f").build());
  }

  /// In whichever order they come.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"parallel_tool_calls\": false, \"tool_choice\": \"required\"",
        "\"tool_choice\": \"required\", \"parallel_tool_calls\": false"
      })
  void oneCallOnlyIsUnderstood(String fields) {
    assertThat(hello(", " + fields).question().getToolChoice())
        .isEqualTo(
            ToolChoice.newBuilder()
                .setMode(ToolChoice.Mode.MODE_REQUIRED)
                .setAtMostOne(true)
                .build());
  }

  private static ToolChoice choice(String json) {
    return hello(", \"tool_choice\": " + json).question().getToolChoice();
  }

  @Test
  void formsOfTheAnswerAreUnderstood() {
    assertThat(format("{\"type\": \"text\"}")).isEqualTo(OutputFormat.getDefaultInstance());
    assertThat(format("{\"type\": \"json_object\"}"))
        .isEqualTo(OutputFormat.newBuilder().setJson(true).build());
    assertThat(
            format(
                """
                {"type": "json_schema",
                 "json_schema": {"name": "n", "strict": true, "schema": {"type": "object"}}}
                """))
        .isEqualTo(
            OutputFormat.newBuilder()
                .setSchema(Schema.newBuilder().setName("n").setSchema("{\"type\":\"object\"}"))
                .build());
  }

  private static OutputFormat format(String json) {
    return hello(", \"response_format\": " + json).question().getOutputFormat();
  }

  @Test
  void whatChangesNothingIsIgnored() {
    assertThat(
            hello(
                    """
                    , "n": 1, "logprobs": false, "logit_bias": {}, "frequency_penalty": 0,
                    "presence_penalty": 0.0, "parallel_tool_calls": true, "user": "u",
                    "metadata": {"a": "b"}, "store": true, "service_tier": "auto",
                    "modalities": ["text"], "audio": null, "tools": null, "stop": null
                    """)
                .question())
        .isEqualTo(asked().build());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"n\": 2 | n",
        "\"logprobs\": true | logprobs",
        "\"top_logprobs\": 3 | top_logprobs",
        "\"logit_bias\": {\"1\": 5} | logit_bias",
        "\"frequency_penalty\": 0.5 | frequency_penalty",
        "\"presence_penalty\": -1 | presence_penalty",
        "\"modalities\": [\"text\", \"audio\"] | modalities[1]",
        "\"audio\": {\"voice\": \"x\"} | audio",
        "\"functions\": [] | functions",
        "\"function_call\": \"auto\" | function_call",
        "\"web_search_options\": {} | web_search_options",
        "\"top_k\": 3 | top_k",
        "\"tools\": [{\"type\": \"custom\"}] | tools[0].type",
      })
  void whatChangesTheAnswerAndIsNotServedIsRefusedByName(String field, String param) {
    ApiError error = refused(() -> hello(", " + field));
    assertThat(error.status()).isEqualTo(400);
    assertThat(error.code()).isEqualTo("unsupported_parameter");
    assertThat(error.param()).isEqualTo(param);
  }

  @Test
  void aMisspeltFieldIsToldWithThoseThatThereAre() {
    ApiError error = refused(() -> hello(", \"temprature\": 1"));
    assertThat(error.code()).isEqualTo("unknown_parameter");
    assertThat(error.param()).isEqualTo("temprature");
    assertThat(error.message())
        .startsWith("temprature: unknown (expected: one of ")
        .contains("temperature");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"temperature\": \"hot\" | temperature | a number",
        "\"max_tokens\": 1.5 | max_tokens | a whole number",
        "\"max_tokens\": 0 | max_tokens | 1 or more",
        "\"max_completion_tokens\": -1 | max_completion_tokens | 1 or more",
        "\"max_tokens\": 99999999999 | max_tokens | a whole number",
        "\"stream\": \"yes\" | stream | true or false",
        "\"stop\": 3 | stop | a text",
        "\"tool_choice\": \"maybe\" | tool_choice | required",
        "\"tools\": {} | tools | a list",
        "\"tools\": [{\"type\": \"function\"}] | tools[0].function | an object",
        "\"reasoning_effort\": \"most\" | reasoning_effort | none, minimal",
        "\"response_format\": {\"type\": \"xml\"} | response_format.type | json_schema",
      })
  void whatIsWrongIsToldByName(String field, String param, String expected) {
    ApiError error = refused(() -> hello(", " + field));
    assertThat(error.code()).isEqualTo("invalid_value");
    assertThat(error.param()).isEqualTo(param);
    assertThat(error.message()).startsWith(param + ": ").contains(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"role\": \"function\", \"content\": \"x\"} | messages[0].role",
        "{\"content\": \"x\"} | messages[0].role",
        "{\"role\": \"user\", \"content\": \"\"} | messages[0].content",
        "{\"role\": \"user\"} | messages[0].content",
        "{\"role\": \"user\", \"content\": []} | messages[0].content",
        "{\"role\": \"user\", \"content\": [{\"type\": \"input_audio\"}]} |"
            + " messages[0].content[0].type",
        "{\"role\": \"user\", \"content\": [{\"type\": \"image_url\","
            + " \"image_url\": {\"url\": \"data:image/png;base64,*\"}}]} |"
            + " messages[0].content[0].image_url.url",
        "{\"role\": \"user\", \"content\": [{\"type\": \"image_url\","
            + " \"image_url\": {\"url\": \"file:///etc/passwd\"}}]} |"
            + " messages[0].content[0].image_url.url",
        "{\"role\": \"user\", \"content\": [{\"type\": \"image_url\","
            + " \"image_url\": {\"url\": \"data:text/html;base64,AA==\"}}]} |"
            + " messages[0].content[0].image_url.url",
        "{\"role\": \"tool\", \"content\": \"x\"} | messages[0].tool_call_id",
        "{\"role\": \"assistant\", \"function_call\": {}} | messages[0].function_call",
        "3 | messages[0]",
      })
  void whatIsWrongWithAMessageIsToldByPlace(String message, String param) {
    assertThat(refused(() -> read("\"messages\": [" + message + "]")).param()).isEqualTo(param);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"model\": \"a/b\" | no JSON at line 1, column 16",
        "{\"model\" \"a/b\"} | no JSON at line 1, column 10",
        "{} {} | no JSON",
        "`` | an object",
        "[] | an object",
        "{} | model: missing",
        "{\"model\": \"a/b\"} | messages: none",
        "{\"model\": \"a/b\", \"messages\": []} | messages: none",
      })
  void bodiesThatAreNoRequestAreRefused(String body, String message) {
    ApiError error = refused(() -> CompletionRequest.of(body.getBytes(StandardCharsets.UTF_8), ""));
    assertThat(error.status()).isEqualTo(400);
    assertThat(error.message()).contains(message);
  }

  @Test
  void nestingHasAnEnd() {
    String deep = "[".repeat(100_000);
    ApiError error = refused(() -> CompletionRequest.of(deep.getBytes(StandardCharsets.UTF_8), ""));
    assertThat(error.message()).contains("too deep").contains("at most 500 levels");
    String broad = "[" + "{\"\":0},".repeat(60_000) + "0]";
    error = refused(() -> CompletionRequest.of(broad.getBytes(StandardCharsets.UTF_8), ""));
    assertThat(error.message()).contains("too many parts").contains("200000 names");
  }

  private static ApiError refused(Runnable read) {
    return catchThrowableOfType(ApiException.class, read::run).error();
  }
}
