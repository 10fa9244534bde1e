package dev.parley.models.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.Finished;
import dev.parley.core.model.ModelEvent.Reasoning;
import dev.parley.core.model.ModelEvent.Refused;
import dev.parley.core.model.ModelEvent.Started;
import dev.parley.core.model.ModelEvent.StopReason;
import dev.parley.core.model.ModelEvent.Text;
import dev.parley.core.model.ModelEvent.ToolCall;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.OutputFormat;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Sampling;
import dev.parley.core.model.Prompt.Tool;
import dev.parley.core.model.Prompt.ToolChoice;
import dev.parley.core.model.Prompt.ToolChoice.Mode;
import dev.parley.core.model.Prompt.Turn;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnthropicDialectTest {
  private static final String START =
      """
      event: message_start
      data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",\
      "model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,\
      "usage":{"input_tokens":25,"cache_creation_input_tokens":3,"cache_read_input_tokens":4,\
      "output_tokens":1}}}

      """;
  private static final String END =
      """
      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},\
      "usage":{"output_tokens":15}}

      event: message_stop
      data: {"type":"message_stop"}

      """;
  private static final Started STARTED = new Started("msg_1", "claude-x");
  private static final Finished FINISHED =
      new Finished(StopReason.STOP, "end_turn", new Usage(32, 15, 4, -1));
  private static final Tool WEATHER =
      new Tool("weather", "Tells the weather", "{\"type\":\"object\",\"properties\":{}}");
  private static final Tool CLOCK = new Tool("clock", "Tells the time", "{\"type\":\"object\"}");

  private final Dialect dialect = new AnthropicDialect();

  /// One event with its name.
  private static String event(String data) {
    return "data: " + data + "\n\n";
  }

  private List<ModelEvent> read(String transcript) {
    List<ModelEvent> told = new ArrayList<>();
    read(transcript, told);
    return told;
  }

  private void read(String transcript, List<ModelEvent> told) {
    Transcripts.read(transcript, dialect, told);
  }

  private ModelException failure(String transcript, List<ModelEvent> told) {
    return assertThatThrownBy(() -> read(transcript, told))
        .asInstanceOf(InstanceOfAssertFactories.throwable(ModelException.class))
        .actual();
  }

  private String body(Prompt prompt) {
    return new String(dialect.ask(prompt, "s3cret").body(), StandardCharsets.UTF_8);
  }

  private static void assertSame(String body, String expected) {
    assertThat(Json.parse(body, "body")).isEqualTo(Json.parse(expected, "body"));
  }

  private static Prompt prompt(Turn... turns) {
    return Prompt.of("claude-x", List.of(turns));
  }

  private static Prompt with(
      Sampling sampling, List<Tool> tools, ToolChoice choice, OutputFormat output) {
    return new Prompt(
        "claude-x", List.of(Turn.of(Role.USER, "Hi")), sampling, tools, choice, output);
  }

  private static Prompt withChoice(ToolChoice choice) {
    return with(Sampling.DEFAULT, List.of(WEATHER, CLOCK), choice, OutputFormat.Text.TEXT);
  }

  private static HttpAnswer answer(int status, Map<String, String> headers, String body) {
    return new HttpAnswer(status, headers, body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void credentialAndVersionAreHeaders() {
    HttpCall call = dialect.ask(prompt(Turn.of(Role.USER, "Hi")), "s3cret");
    assertThat(call.method()).isEqualTo("POST");
    assertThat(call.target()).isEqualTo("/v1/messages");
    assertThat(call.headers())
        .isEqualTo(
            Map.of(
                "content-type", "application/json",
                "accept", "text/event-stream",
                "x-api-key", "s3cret",
                "anthropic-version", "2023-06-01"));
    assertThat(new String(call.body(), StandardCharsets.UTF_8)).doesNotContain("s3cret");
  }

  @Test
  void tokensHaveALimitEvenIfThePromptHasNone() {
    assertSame(
        body(prompt(Turn.of(Role.USER, "Hi"))),
        """
        {"model":"claude-x","stream":true,"max_tokens":4096,
         "messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]}
        """);
  }

  @Test
  void wholeConversationIsSaid() {
    Prompt prompt =
        prompt(
            Turn.of(Role.SYSTEM, "Be brief."),
            new Turn(
                Role.USER,
                List.of(
                    new Part.Text("What is this, and the weather?"),
                    new Part.Image("image/png", new byte[] {1, 2, 3}),
                    new Part.ImageLink("https://example.org/a.png"))),
            new Turn(
                Role.ASSISTANT,
                List.of(
                    new Part.Reasoning("They want two things.", "c2ln"),
                    new Part.Reasoning("", "redacted:ZGF0YQ=="),
                    new Part.Reasoning("of somebody else", null),
                    new Part.Text(""),
                    new Part.ToolCall("toolu_1", "weather", "{\"city\":\"Rome\"}"),
                    new Part.ToolCall("toolu_2", "clock", ""))),
            new Turn(Role.TOOL, List.of(new Part.ToolResult("toolu_1", "weather", "sun", false))),
            new Turn(Role.TOOL, List.of(new Part.ToolResult("toolu_2", "clock", "broken", true))),
            Turn.of(Role.SYSTEM, "Be polite."),
            Turn.of(Role.ASSISTANT, ""),
            Turn.of(Role.USER, "Well?"));
    assertSame(
        body(prompt),
        """
        {"model":"claude-x","stream":true,"max_tokens":4096,
         "system":[{"type":"text","text":"Be brief."},{"type":"text","text":"Be polite."}],
         "messages":[
          {"role":"user","content":[
            {"type":"text","text":"What is this, and the weather?"},
            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AQID"}},
            {"type":"image","source":{"type":"url","url":"https://example.org/a.png"}}]},
          {"role":"assistant","content":[
            {"type":"thinking","thinking":"They want two things.","signature":"c2ln"},
            {"type":"redacted_thinking","data":"ZGF0YQ=="},
            {"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Rome"}},
            {"type":"tool_use","id":"toolu_2","name":"clock","input":{}}]},
          {"role":"user","content":[
            {"type":"tool_result","tool_use_id":"toolu_1","content":"sun"},
            {"type":"tool_result","tool_use_id":"toolu_2","content":"broken","is_error":true}]},
          {"role":"user","content":[{"type":"text","text":"Well?"}]}]}
        """);
  }

  @Test
  void samplingIsSaid() {
    Sampling sampling = new Sampling(9_000, 0.5, 0.9, List.of("END"), 7L, 2_000);
    assertSame(
        body(with(sampling, List.of(), ToolChoice.AUTO, OutputFormat.Text.TEXT)),
        """
        {"model":"claude-x","stream":true,"max_tokens":9000,"temperature":0.5,"top_p":0.9,
         "stop_sequences":["END"],"thinking":{"type":"enabled","budget_tokens":2000},
         "messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]}
        """);
  }

  @Test
  void thinkingComesOnTopOfTheDefaultLimit() {
    Sampling sampling = new Sampling(null, null, null, List.of(), null, 2_000);
    String body = body(with(sampling, List.of(), ToolChoice.AUTO, OutputFormat.Text.TEXT));
    assertThat(Json.parse(body, "body").path("max_tokens").intValue()).isEqualTo(6_096);
  }

  @Test
  void noThinkingIsSaid() {
    Sampling sampling = new Sampling(null, null, null, List.of(), null, 0);
    String body = body(with(sampling, List.of(), ToolChoice.AUTO, OutputFormat.Text.TEXT));
    assertThat(Json.parse(body, "body").path("thinking").toString())
        .isEqualTo("{\"type\":\"disabled\"}");
  }

  @Test
  void toolsAndSchemaAreSaid() {
    OutputFormat schema = new OutputFormat.Schema("form", "{\"type\":\"object\"}");
    Prompt prompt =
        with(
            Sampling.DEFAULT,
            List.of(WEATHER, CLOCK),
            new ToolChoice(Mode.REQUIRED, "weather"),
            schema);
    assertSame(
        body(prompt),
        """
        {"model":"claude-x","stream":true,"max_tokens":4096,
         "messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],
         "tools":[
          {"name":"weather","description":"Tells the weather",
           "input_schema":{"type":"object","properties":{}}},
          {"name":"clock","description":"Tells the time","input_schema":{"type":"object"}}],
         "tool_choice":{"type":"tool","name":"weather"},
         "output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}}
        """);
  }

  @Test
  void choiceOfToolsIsSaid() {
    assertThat(choice(new ToolChoice(Mode.REQUIRED, null))).isEqualTo("{\"type\":\"any\"}");
    assertThat(choice(new ToolChoice(Mode.NONE, null))).isEqualTo("{\"type\":\"none\"}");
    assertThat(choice(ToolChoice.AUTO)).isEmpty();
    assertThat(
            Json.parse(body(withChoice(new ToolChoice(Mode.AUTO, "clock"))), "body")
                .path("tools")
                .findValuesAsString("name"))
        .containsExactly("clock");
  }

  @Test
  void onlyOneCallIsSaid() {
    assertThat(choice(new ToolChoice(Mode.AUTO, null, true)))
        .isEqualTo("{\"type\":\"auto\",\"disable_parallel_tool_use\":true}");
    assertThat(choice(new ToolChoice(Mode.REQUIRED, "weather", true)))
        .isEqualTo("{\"type\":\"tool\",\"name\":\"weather\",\"disable_parallel_tool_use\":true}");
    assertThat(choice(new ToolChoice(Mode.NONE, null, true))).isEqualTo("{\"type\":\"none\"}");
  }

  private String choice(ToolChoice choice) {
    return Json.parse(body(withChoice(choice)), "body").path("tool_choice").toString();
  }

  @Test
  void whatCannotBeSaidIsRefused() {
    List<Prompt> prompts =
        List.of(
            with(Sampling.DEFAULT, List.of(), ToolChoice.AUTO, OutputFormat.Json.JSON),
            with(
                Sampling.DEFAULT,
                List.of(),
                ToolChoice.AUTO,
                new OutputFormat.Schema("form", "not JSON")),
            with(
                Sampling.DEFAULT,
                List.of(new Tool("t", "", "[]")),
                ToolChoice.AUTO,
                OutputFormat.Text.TEXT),
            prompt(new Turn(Role.ASSISTANT, List.of(new Part.ToolCall("1", "clock", "{")))),
            prompt(new Turn(Role.ASSISTANT, List.of(new Part.ImageLink("https://a.org/b")))),
            prompt(new Turn(Role.SYSTEM, List.of(new Part.Reasoning("hm", "c2ln")))),
            prompt(new Turn(Role.USER, List.of(new Part.ToolCall("1", "clock", "{}")))),
            prompt(Turn.of(Role.TOOL, "sun")));
    assertThat(prompts)
        .allSatisfy(
            prompt ->
                assertThatThrownBy(() -> body(prompt))
                    .asInstanceOf(InstanceOfAssertFactories.throwable(ModelException.class))
                    .extracting(ModelException::kind)
                    .isEqualTo(Kind.INVALID_REQUEST));
  }

  @Test
  void textIsRead() {
    assertThat(
            read(
                START
                    + """
                    event: content_block_start
                    data: {"type":"content_block_start","index":0,\
                    "content_block":{"type":"text","text":""}}

                    event: ping
                    data: {"type":"ping"}

                    event: content_block_delta
                    data: {"type":"content_block_delta","index":0,\
                    "delta":{"type":"text_delta","text":"Hel"}}

                    event: content_block_delta
                    data: {"type":"content_block_delta","index":0,\
                    "delta":{"type":"text_delta","text":""}}

                    event: content_block_delta
                    data: {"type":"content_block_delta","index":0,\
                    "delta":{"type":"text_delta","text":"lo","new":1}}

                    event: content_block_delta
                    data: {"type":"content_block_delta","index":0,\
                    "delta":{"type":"citations_delta","citation":{}}}

                    event: something_new
                    data: {"type":"something_new"}

                    event: content_block_stop
                    data: {"type":"content_block_stop","index":0}

                    """
                    + END
                    + event("{\"type\":\"message_stop\"}")))
        .containsExactly(STARTED, new Text("Hel"), new Text("lo"), FINISHED);
  }

  @Test
  void thoughtsAreKeptApart() {
    assertThat(
            read(
                START
                    + """
                    data: {"type":"content_block_start","index":0,\
                    "content_block":{"type":"thinking","thinking":"","signature":""}}

                    data: {"type":"content_block_delta","index":0,\
                    "delta":{"type":"thinking_delta","thinking":"Well"}}

                    data: {"type":"content_block_delta","index":0,\
                    "delta":{"type":"signature_delta","signature":"c2ln"}}

                    data: {"type":"content_block_stop","index":0}

                    data: {"type":"content_block_start","index":1,\
                    "content_block":{"type":"redacted_thinking","data":"ZGF0YQ=="}}

                    data: {"type":"content_block_stop","index":1}

                    data: {"type":"content_block_start","index":2,\
                    "content_block":{"type":"text","text":"A"}}

                    data: {"type":"content_block_stop","index":2}

                    data: {"type":"message_delta","delta":{"stop_reason":"max_tokens"},\
                    "usage":{"input_tokens":30,"output_tokens":15,\
                    "output_tokens_details":{"thinking_tokens":9}}}

                    data: {"type":"message_stop"}

                    """))
        .containsExactly(
            STARTED,
            new Reasoning("Well", null),
            new Reasoning("", "c2ln"),
            new Reasoning("", "redacted:ZGF0YQ=="),
            new Text("A"),
            new Finished(StopReason.LENGTH, "max_tokens", new Usage(37, 15, 4, 9)));
  }

  @Test
  void callsAreCountedApartFromOtherBlocks() {
    assertThat(
            read(
                START
                    + """
                    data: {"type":"content_block_start","index":0,\
                    "content_block":{"type":"server_tool_use","id":"s","name":"web","input":{}}}

                    data: {"type":"content_block_delta","index":0,\
                    "delta":{"type":"input_json_delta","partial_json":"{}"}}

                    data: {"type":"content_block_stop","index":0}

                    data: {"type":"content_block_start","index":1,"content_block":\
                    {"type":"tool_use","id":"toolu_1","name":"weather","input":{}}}

                    data: {"type":"content_block_delta","index":1,\
                    "delta":{"type":"input_json_delta","partial_json":""}}

                    data: {"type":"content_block_delta","index":1,\
                    "delta":{"type":"input_json_delta","partial_json":"{\\"city\\":"}}

                    data: {"type":"content_block_delta","index":1,\
                    "delta":{"type":"input_json_delta","partial_json":" \\"Rome\\"}"}}

                    data: {"type":"content_block_stop","index":1}

                    data: {"type":"content_block_start","index":2,"content_block":\
                    {"type":"tool_use","id":"toolu_2","name":"clock","input":{}}}

                    data: {"type":"content_block_stop","index":2}

                    data: {"type":"message_delta","delta":{"stop_reason":"tool_use"}}

                    data: {"type":"message_stop"}

                    """))
        .containsExactly(
            STARTED,
            new ToolCall(0, "toolu_1", "weather", ""),
            new ToolCall(0, "", "", "{\"city\":"),
            new ToolCall(0, "", "", " \"Rome\"}"),
            new ToolCall(1, "toolu_2", "clock", ""),
            new ToolCall(1, "", "", "{}"),
            new Finished(StopReason.TOOL_CALLS, "tool_use", new Usage(32, 1, 4, -1)));
  }

  @ParameterizedTest
  @CsvSource({
    "end_turn,STOP",
    "stop_sequence,STOP",
    "max_tokens,LENGTH",
    "model_context_window_exceeded,LENGTH",
    "tool_use,TOOL_CALLS",
    "refusal,REFUSAL",
    "pause_turn,OTHER",
    "something_new,OTHER"
  })
  void reasonsAreUnderstood(String word, StopReason reason) {
    assertThat(
            read(
                event("{\"type\":\"message_start\",\"message\":{}}")
                    + event(
                        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"%s\"}}"
                            .formatted(word))
                    + event("{\"type\":\"message_stop\"}")))
        .containsExactly(new Started("", ""), new Finished(reason, word, Usage.UNKNOWN));
  }

  @Test
  void refusalIsExplained() {
    assertThat(
            read(
                START
                    + """
                    data: {"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":\
                    {"type":"refusal","category":"cyber","explanation":"Not this."}},\
                    "usage":{"output_tokens":0}}

                    data: {"type":"message_stop"}

                    """))
        .containsExactly(
            STARTED,
            new Refused("Not this."),
            new Finished(StopReason.REFUSAL, "refusal", new Usage(32, 0, 4, -1)));
  }

  @Test
  void errorInMidStreamIsToldAfterWhatCame() {
    List<ModelEvent> told = new ArrayList<>();
    ModelException failure =
        failure(
            START
                + """
                data: {"type":"content_block_start","index":0,\
                "content_block":{"type":"text","text":"He"}}

                event: error
                data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}

                """,
            told);
    assertThat(told).containsExactly(STARTED, new Text("He"));
    assertThat(failure.kind()).isEqualTo(Kind.OVERLOADED);
    assertThat(failure).hasMessageContaining("overloaded_error: Overloaded");
  }

  @ParameterizedTest
  @CsvSource({
    "invalid_request_error,INVALID_REQUEST",
    "request_too_large,INVALID_REQUEST",
    "authentication_error,UNAUTHENTICATED",
    "permission_error,PERMISSION_DENIED",
    "billing_error,PERMISSION_DENIED",
    "not_found_error,NOT_FOUND",
    "rate_limit_error,RATE_LIMITED",
    "timeout_error,TIMEOUT",
    "api_error,FAILED",
    "something_new,FAILED"
  })
  void errorsAreUnderstood(String type, Kind kind) {
    String error = "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"m\"}}";
    assertThat(failure(event(error.formatted(type)), new ArrayList<>()).kind()).isEqualTo(kind);
  }

  @Test
  void cutStreamIsNoAnswer() {
    List<ModelEvent> told = new ArrayList<>();
    String withoutStop = END.substring(0, END.indexOf("event: message_stop"));
    assertThat(failure(START + withoutStop, told).kind()).isEqualTo(Kind.CUT);
    assertThat(told).containsExactly(STARTED);
    assertThat(failure("", told).kind()).isEqualTo(Kind.CUT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"content_blo",
        "[]",
        "{}",
        "{\"type\":\"message_start\",\"message\":{\"id\":\"again\"}}",
        "{\"type\":\"message_stop\"}",
        "{\"type\":\"content_block_start\",\"content_block\":{\"type\":\"text\"}}",
        "{\"type\":\"content_block_start\",\"index\":0}",
        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
            + "{\"type\":\"tool_use\",\"name\":\"clock\"}}",
        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
            + "{\"type\":\"tool_use\",\"id\":\"toolu_1\"}}",
        "{\"type\":\"content_block_delta\",\"index\":5,\"delta\":{\"type\":\"text_delta\","
            + "\"text\":\"x\"}}",
        "{\"type\":\"content_block_delta\",\"index\":9,\"delta\":{\"type\":\"text_delta\"}}",
        "{\"type\":\"content_block_delta\",\"index\":9,\"delta\":{}}",
        "{\"type\":\"content_block_delta\",\"index\":9}",
        "{\"type\":7}",
        "{\"type\":\"content_block_start\",\"index\":\"0\",\"content_block\":{\"type\":\"text\"}}",
        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":\"text\"}",
        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":7}}",
        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":7}}",
        "{\"type\":\"content_block_start\",\"index\":0,"
            + "\"content_block\":{\"type\":\"thinking\",\"signature\":7}}",
        "{\"type\":\"content_block_start\",\"index\":0,"
            + "\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":5}}",
        "{\"type\":\"content_block_delta\",\"index\":9,\"delta\":{\"type\":\"text_delta\",\"text\":7}}",
        "{\"type\":\"content_block_delta\",\"index\":9,"
            + "\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":{}}}",
        "{\"type\":\"message_delta\",\"delta\":\"end_turn\"}",
        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":7}}",
        "{\"type\":\"message_delta\",\"delta\":{\"stop_details\":\"x\"}}",
        "{\"type\":\"message_delta\",\"usage\":7}",
        "{\"type\":\"message_delta\",\"usage\":{\"output_tokens\":\"7\"}}",
        "{\"type\":\"message_delta\",\"usage\":{\"output_tokens_details\":[]}}",
        "{\"type\":\"content_block_stop\",\"index\":5}"
      })
  void brokenEventIsReported(String data) {
    List<ModelEvent> told = new ArrayList<>();
    String open =
        event(
            "{\"type\":\"content_block_start\",\"index\":9,"
                + "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}");
    assertThat(failure(START + open + event(data), told).kind()).isEqualTo(Kind.MALFORMED);
    assertThat(told).containsExactly(STARTED);
  }

  @Test
  void endOfAnOpenBlockIsRequired() {
    String open =
        event(
            "{\"type\":\"content_block_start\",\"index\":0,"
                + "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}");
    assertThat(failure(START + open + END, new ArrayList<>()).kind()).isEqualTo(Kind.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\"}}",
        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}",
        "{\"type\":\"message_stop\"}"
      })
  void nothingComesBeforeTheStart(String data) {
    assertThat(failure(event(data), new ArrayList<>()).kind()).isEqualTo(Kind.MALFORMED);
  }

  @Test
  void modelsAreListed() {
    HttpCall call = dialect.list("s3cret");
    assertThat(call.toString()).isEqualTo("GET /v1/models?limit=1000");
    assertThat(call.headers())
        .isEqualTo(Map.of("x-api-key", "s3cret", "anthropic-version", "2023-06-01"));
    assertThat(call.body()).isEmpty();
    String list =
        "{\"data\":[{\"type\":\"model\",\"id\":\"claude-x\"},{\"id\":\"claude-y\"}],"
            + "\"has_more\":false}";
    assertThat(dialect.listed(answer(200, Map.of(), list))).containsExactly("claude-x", "claude-y");
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>", "{}", "{\"data\":[{\"type\":\"model\"}]}"})
  void brokenListIsReported(String body) {
    assertThatThrownBy(() -> dialect.listed(answer(200, Map.of(), body)))
        .asInstanceOf(InstanceOfAssertFactories.throwable(ModelException.class))
        .extracting(ModelException::kind)
        .isEqualTo(Kind.MALFORMED);
  }

  @Test
  void refusalSaysWhatTheProviderSaid() {
    ModelException refusal =
        dialect.refusal(
            answer(
                429,
                Map.of("retry-after", "7"),
                "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\","
                    + "\"message\":\"Too many\"},\"request_id\":\"req_1\"}"));
    assertThat(refusal.kind()).isEqualTo(Kind.RATE_LIMITED);
    assertThat(refusal).hasMessage("the provider answered with 429: Too many");
    assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void refusalOfAnotherFormIsUnderstoodByItsStatus() {
    ModelException refusal = dialect.refusal(answer(529, Map.of(), "<html>busy</html>"));
    assertThat(refusal.kind()).isEqualTo(Kind.OVERLOADED);
    assertThat(refusal).hasMessage("the provider answered with 529: <html>busy</html>");
    assertThat(dialect.refusal(answer(429, Map.of(), "{\"error\":{\"type\":7}}")).kind())
        .isEqualTo(Kind.RATE_LIMITED);
    String html = "x".repeat(1_000);
    assertThat(dialect.refusal(answer(502, Map.of(), html)).getMessage()).hasSizeLessThan(300);
    assertThat(dialect.refusal(answer(500, Map.of(), "")))
        .hasMessage("the provider answered with 500: nothing more");
  }
}
