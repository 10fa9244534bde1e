package dev.parley.models.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.Finished;
import dev.parley.core.model.ModelEvent.Reasoning;
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
import dev.parley.core.model.Prompt.Turn;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CohereDialectTest {
  private static final String START =
      """
      event: message-start
      data: {"id":"a1","type":"message-start","delta":{"message":{"role":"assistant","content":[]}}}

      """;
  private static final String END =
      """
      event: message-end
      data: {"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":5,"output_tokens":2},"tokens":{"input_tokens":71.0,"output_tokens":9},"cached_tokens":64}}}

      """;
  private static final Started STARTED = new Started("a1", "");
  private static final Finished FINISHED =
      new Finished(StopReason.STOP, "COMPLETE", new Usage(71, 9, 64, -1));

  private static final Tool WEATHER =
      new Tool("weather", "How it is outside", "{\"type\":\"object\"}");
  private static final Tool TIME = new Tool("time", "How late it is", "{\"type\":\"object\"}");

  private final CohereDialect dialect = new CohereDialect();

  @Test
  void asksWithTheSecretInAHeaderOnly() {
    HttpCall call = dialect.ask(Prompt.of("command-a", List.of(user("Hello"))), "s3cret");
    assertThat(call.method()).isEqualTo("POST");
    assertThat(call.target()).isEqualTo("/v2/chat");
    assertThat(call.headers())
        .isEqualTo(
            Map.of(
                "authorization", "Bearer s3cret",
                "content-type", "application/json",
                "accept", "text/event-stream"));
    assertBody(
        call,
        """
        {"model":"command-a","stream":true,"messages":[{"role":"user","content":"Hello"}]}
        """);
  }

  @Test
  void saysAllThatAPromptCanHold() {
    List<Turn> turns =
        List.of(
            Turn.of(Role.SYSTEM, "Be brief."),
            new Turn(
                Role.USER,
                List.of(
                    new Part.Text("What are these?"),
                    new Part.Image("image/png", new byte[] {1, 2, 3}),
                    new Part.ImageLink("https://example.com/cat.png"))),
            new Turn(
                Role.ASSISTANT, List.of(new Part.Reasoning("Cats.", null), new Part.Text("Cats"))),
            user("Is it warm?"),
            new Turn(
                Role.ASSISTANT,
                List.of(
                    new Part.Reasoning("I look it up.", null),
                    new Part.ToolCall("c1", "weather", "{\"city\":\"Bern\"}"),
                    new Part.ToolCall("c2", "time", "{}"))),
            new Turn(
                Role.TOOL,
                List.of(
                    new Part.ToolResult("c1", "weather", "12 degrees", false),
                    new Part.ToolResult("c2", "time", "no clock", true))));
    Prompt prompt =
        new Prompt(
            "command-a",
            turns,
            new Sampling(100, 0.5, 0.9, List.of("END", "STOP"), 7L, 512),
            List.of(WEATHER, TIME),
            new ToolChoice(ToolChoice.Mode.REQUIRED, null),
            new OutputFormat.Schema("answer", "{\"type\":\"object\",\"required\":[\"a\"]}"));
    assertBody(
        dialect.ask(prompt, "s"),
        """
        {"model":"command-a","stream":true,"messages":[
          {"role":"system","content":"Be brief."},
          {"role":"user","content":[
            {"type":"text","text":"What are these?"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}},
            {"type":"image_url","image_url":{"url":"https://example.com/cat.png"}}]},
          {"role":"assistant","content":[
            {"type":"thinking","thinking":"Cats."},{"type":"text","text":"Cats"}]},
          {"role":"user","content":"Is it warm?"},
          {"role":"assistant","tool_plan":"I look it up.","tool_calls":[
            {"id":"c1","type":"function",
             "function":{"name":"weather","arguments":"{\\"city\\":\\"Bern\\"}"}},
            {"id":"c2","type":"function","function":{"name":"time","arguments":"{}"}}]},
          {"role":"tool","tool_call_id":"c1","content":"12 degrees"},
          {"role":"tool","tool_call_id":"c2","content":"error: no clock"}],
         "max_tokens":100,"temperature":0.5,"p":0.9,"stop_sequences":["END","STOP"],"seed":7,
         "thinking":{"type":"enabled","token_budget":512},
         "tools":[
          {"type":"function","function":
            {"name":"weather","description":"How it is outside","parameters":{"type":"object"}}},
          {"type":"function","function":
            {"name":"time","description":"How late it is","parameters":{"type":"object"}}}],
         "tool_choice":"REQUIRED",
         "response_format":
          {"type":"json_object","json_schema":{"type":"object","required":["a"]}}}
        """);
  }

  @Test
  void offersOnlyTheToolThatIsChosenByName() {
    Prompt prompt =
        with(
            List.of(WEATHER, TIME),
            new ToolChoice(ToolChoice.Mode.REQUIRED, "time"),
            OutputFormat.Json.JSON);
    assertBody(
        dialect.ask(prompt, "s"),
        """
        {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello"}],
         "tools":[{"type":"function","function":
           {"name":"time","description":"How late it is","parameters":{"type":"object"}}}],
         "tool_choice":"REQUIRED","response_format":{"type":"json_object"}}
        """);
  }

  @Test
  void switchesToolsAndThinkingOff() {
    Prompt prompt =
        new Prompt(
            "m",
            List.of(user("Hello")),
            new Sampling(null, null, null, List.of(), null, 0),
            List.of(TIME),
            new ToolChoice(ToolChoice.Mode.NONE, null),
            OutputFormat.Text.TEXT);
    assertBody(
        dialect.ask(prompt, "s"),
        """
        {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello"}],
         "thinking":{"type":"disabled"},
         "tools":[{"type":"function","function":
           {"name":"time","description":"How late it is","parameters":{"type":"object"}}}],
         "tool_choice":"NONE"}
        """);
  }

  @Test
  void refusesWhatItCannotSay() {
    assertInvalid(
        with(
            List.of(WEATHER),
            new ToolChoice(ToolChoice.Mode.REQUIRED, "time"),
            OutputFormat.Text.TEXT));
    assertInvalid(
        with(List.of(), new ToolChoice(ToolChoice.Mode.REQUIRED, null), OutputFormat.Text.TEXT));
    assertInvalid(
        with(
            List.of(WEATHER),
            new ToolChoice(ToolChoice.Mode.AUTO, null, true),
            OutputFormat.Text.TEXT));
    assertInvalid(
        with(List.of(new Tool("t", "", "no JSON")), ToolChoice.AUTO, OutputFormat.Text.TEXT));
    assertInvalid(with(List.of(), ToolChoice.AUTO, new OutputFormat.Schema("s", "[]")));
    assertInvalid(with(List.of(), ToolChoice.AUTO, new OutputFormat.Schema("s", "")));
    for (Role role : List.of(Role.SYSTEM, Role.ASSISTANT, Role.TOOL)) {
      Turn turn = new Turn(role, List.of(new Part.ImageLink("https://example.com/a.png")));
      assertInvalid(Prompt.of("m", List.of(turn)));
    }
  }

  @Test
  void readsThinkingAndText() {
    assertThat(
            read(
                START
                    + """
                    event: content-start
                    data: {"type":"content-start","index":0,"delta":{"message":{"content":{"type":"thinking","thinking":""}}}}

                    event: content-delta
                    data: {"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":"Hm."}}}}

                    event: content-end
                    data: {"type":"content-end","index":0}

                    event: content-start
                    data: {"type":"content-start","index":1,"delta":{"message":{"content":{"type":"text","text":"So"}}}}

                    event: content-delta
                    data: {"type":"content-delta","index":1,"delta":{"message":{"content":{"text":""}}}}

                    event: content-delta
                    data: {"type":"content-delta","index":1,"new":1,"delta":{"message":{"content":{"text":" it is"}}}}

                    event: citation-start
                    data: {"type":"citation-start","index":0,"delta":{"message":{"citations":{"start":0}}}}

                    event: citation-end
                    data: {"type":"citation-end","index":0}

                    event: something-new
                    data: {"type":"something-new"}

                    event: content-end
                    data: {"type":"content-end","index":1}

                    """
                    + END
                    + START
                    + "data: [DONE]\n\n"))
        .isEqualTo(
            List.of(
                STARTED, new Reasoning("Hm.", null), new Text("So"), new Text(" it is"), FINISHED));
  }

  @Test
  void readsTheTypeFromTheDataOfUnnamedEvents() {
    String transcript =
        START
            + """
            data: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Hi"}}}}

            """
            + END;
    assertThat(read(transcript.replaceAll("event: .*\n", "")))
        .isEqualTo(List.of(STARTED, new Text("Hi"), FINISHED));
  }

  @Test
  void readsPlansAndSeveralCalls() {
    assertThat(
            read(
                START
                    + """
                    event: tool-plan-delta
                    data: {"type":"tool-plan-delta","delta":{"message":{"tool_plan":"I look"}}}

                    event: tool-call-start
                    data: {"type":"tool-call-start","index":1,"delta":{"message":{"tool_calls":{"id":"c1","type":"function","function":{"name":"weather","arguments":""}}}}}

                    event: tool-call-delta
                    data: {"type":"tool-call-delta","index":1,"delta":{"message":{"tool_calls":{"function":{"arguments":"{\\"city\\":"}}}}}

                    event: tool-call-delta
                    data: {"type":"tool-call-delta","index":1,"delta":{"message":{"tool_calls":{"function":{"arguments":"\\"Bern\\"}"}}}}}

                    event: tool-call-end
                    data: {"type":"tool-call-end","index":1}

                    event: tool-call-start
                    data: {"type":"tool-call-start","index":2,"delta":{"message":{"tool_calls":{"id":"c2","type":"function","function":{"name":"time","arguments":"{"}}}}}

                    event: tool-call-delta
                    data: {"type":"tool-call-delta","index":2,"delta":{"message":{"tool_calls":{"function":{"arguments":"}"}}}}}

                    event: message-end
                    data: {"type":"message-end","delta":{"finish_reason":"TOOL_CALL","usage":{"billed_units":{"input_tokens":5,"output_tokens":2}}}}

                    """))
        .isEqualTo(
            List.of(
                STARTED,
                new Reasoning("I look", null),
                new ToolCall(0, "c1", "weather", ""),
                new ToolCall(0, "", "", "{\"city\":"),
                new ToolCall(0, "", "", "\"Bern\"}"),
                new ToolCall(1, "c2", "time", "{"),
                new ToolCall(1, "", "", "}"),
                new Finished(StopReason.TOOL_CALLS, "TOOL_CALL", new Usage(5, 2, -1, -1))));
  }

  @Test
  void ignoresContentOfTypesToCome() {
    assertThat(
            read(
                START
                    + """
                    event: content-start
                    data: {"type":"content-start","index":0,"delta":{"message":{"content":{"type":"smell"}}}}

                    event: content-delta
                    data: {"type":"content-delta","index":0,"delta":{"message":{"content":{"smell":"tea"}}}}

                    event: content-end
                    data: {"type":"content-end","index":0}

                    """
                    + END))
        .isEqualTo(List.of(STARTED, FINISHED));
  }

  @ParameterizedTest
  @CsvSource({
    "COMPLETE, STOP",
    "STOP_SEQUENCE, STOP",
    "MAX_TOKENS, LENGTH",
    "TOOL_CALL, TOOL_CALLS",
    "NEW_REASON, OTHER"
  })
  void mapsReasonsToStop(String theirs, StopReason ours) {
    String end =
        """
        event: message-end
        data: {"type":"message-end","delta":{"finish_reason":"%s"}}

        """;
    assertThat(read(START + end.formatted(theirs)))
        .isEqualTo(List.of(STARTED, new Finished(ours, theirs, Usage.UNKNOWN)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'finish_reason':'ERROR','error':'out of order'} | FAILED | the provider failed: out of"
            + " order",
        "{'finish_reason':'ERROR'} | FAILED | the provider failed: it did not say why",
        "{'error':'out of order'} | FAILED | the provider failed: out of order",
        "{'finish_reason':'ERROR','error':{'message':'m'}} | FAILED | the provider failed: it did"
            + " not say why",
        "{'finish_reason':'TIMEOUT'} | TIMEOUT | the provider took too long: it did not say why",
        "{'finish_reason':'TIMEOUT','error':'slow'} | TIMEOUT | the provider took too long: slow",
        "{'finish_reason':'TIMEOUT','error':{'message':'m'}} | TIMEOUT | the provider took too"
            + " long: it did not say why"
      },
      quoteCharacter = '"')
  void tellsOfErrorsAfterWhatCame(String delta, Kind kind, String message) {
    List<ModelEvent> events = new ArrayList<>();
    ModelException e =
        failure(
            START
                + """
                event: content-delta
                data: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Hi"}}}}

                event: message-end
                data: {"type":"message-end","delta":%s}

                """
                    .formatted(delta.replace('\'', '"')),
            events);
    assertThat(e.kind()).isEqualTo(kind);
    assertThat(e).hasMessage(message);
    assertThat(events).isEqualTo(List.of(STARTED, new Text("Hi")));
  }

  @Test
  void tellsOfErrorEvents() {
    ModelException e =
        failure(START + "event: error\ndata: {\"message\":\"overheated\"}\n\n", new ArrayList<>());
    assertThat(e.kind()).isEqualTo(Kind.FAILED);
    assertThat(e).hasMessage("the provider failed: overheated");
    assertThat(failure(START + "event: error\ndata: {\"message\":7}\n\n", new ArrayList<>()))
        .hasMessage("the provider failed: it did not say why");
  }

  @Test
  void streamWithoutItsEndIsCut() {
    List<ModelEvent> events = new ArrayList<>();
    assertThat(failure(START + "data: [DONE]\n\n", events).kind()).isEqualTo(Kind.CUT);
    assertThat(events).isEqualTo(List.of(STARTED));
    assertThat(failure("", events).kind()).isEqualTo(Kind.CUT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "event: content-delta\ndata: {\"delta\":{\"message\":{\"content\":\n\n",
        "event: content-delta\ndata: []\n\n",
        "event: content-delta\ndata: {\"delta\":{}}\n\n",
        "event: content-delta\ndata: {\"delta\":{\"message\":{\"content\":{}}}}\n\n",
        "event: tool-plan-delta\ndata: {\"delta\":{\"message\":{}}}\n\n",
        "event: tool-call-start\ndata: {\"delta\":{\"message\":{}}}\n\n",
        """
        event: tool-call-start
        data: {"delta":{"message":{"tool_calls":{"id":"c","function":{}}}}}

        """,
        "event: tool-call-delta\ndata: {\"index\":0,\"delta\":{\"message\":{\"tool_calls\":"
            + "{\"function\":{\"arguments\":\"{}\"}}}}}\n\n",
        "event: tool-call-start\ndata: {\"index\":\"0\",\"delta\":{\"message\":{\"tool_calls\":"
            + "{\"id\":\"c\",\"function\":{\"name\":\"f\"}}}}}\n\n",
        "event: tool-call-start\ndata: {\"delta\":{\"message\":{\"tool_calls\":"
            + "{\"id\":7,\"function\":{\"name\":\"f\"}}}}}\n\n",
        "event: tool-call-start\ndata: {\"delta\":{\"message\":{\"tool_calls\":"
            + "{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":5}}}}}\n\n",
        "event: content-start\ndata: {\"delta\":{\"message\":{\"content\":{\"type\":7}}}}\n\n",
        "event: content-start\ndata: {\"delta\":{\"message\":{\"content\":{\"text\":7}}}}\n\n",
        "event: content-delta\ndata: {\"delta\":{\"message\":{\"content\":"
            + "{\"text\":\"a\",\"thinking\":7}}}}\n\n",
        "event: message-start\ndata: {\"id\":\"again\"}\n\n",
        "event: message-end\ndata: {\"delta\":7}\n\n",
        "event: message-end\ndata: {\"delta\":{\"finish_reason\":7}}\n\n",
        "event: message-end\ndata: {\"delta\":{\"finish_reason\":\"COMPLETE\",\"error\":7}}\n\n",
        "event: message-end\ndata: {\"delta\":{\"finish_reason\":\"COMPLETE\",\"usage\":7}}\n\n",
        "event: message-end\ndata: {\"delta\":{\"finish_reason\":\"COMPLETE\",\"usage\":"
            + "{\"tokens\":{\"input_tokens\":\"7\"}}}}\n\n",
        "event: message-end\ndata: {\"delta\":{\"finish_reason\":\"COMPLETE\",\"usage\":"
            + "{\"billed_units\":[]}}}\n\n",
        "event: message-end\ndata: {\"delta\":{}}\n\n",
        "data: {\"no\":\"type\"}\n\n",
      })
  void brokenEventsAreTold(String event) {
    List<ModelEvent> events = new ArrayList<>();
    assertThat(failure(START + event, events).kind()).isEqualTo(Kind.MALFORMED);
    assertThat(events).isEqualTo(List.of(STARTED));
  }

  @Test
  void nothingComesBeforeTheStart() {
    assertThat(failure(END, new ArrayList<>()).kind()).isEqualTo(Kind.MALFORMED);
    String delta =
        "event: content-delta\ndata: {\"delta\":{\"message\":{\"content\":{\"text\":\"a\"}}}}\n\n";
    assertThat(failure(delta, new ArrayList<>()).kind()).isEqualTo(Kind.MALFORMED);
  }

  @Test
  void listsModelsThatChat() {
    HttpCall call = dialect.list("s3cret");
    assertThat(call).hasToString("GET /v1/models?page_size=1000");
    assertThat(call.headers())
        .isEqualTo(Map.of("authorization", "Bearer s3cret", "accept", "application/json"));
    assertThat(
            dialect.listed(
                answer(
                    200,
                    """
                    {"models":[{"name":"command-a","endpoints":["generate","chat"]},
                      {"name":"embed-v4","endpoints":["embed"]},{"name":"odd"}]}
                    """)))
        .isEqualTo(List.of("command-a"));
    for (String body : List.of("{}", "{\"models\":[{}]}", "no")) {
      assertThat(
              catchThrowableOfType(ModelException.class, () -> dialect.listed(answer(200, body)))
                  .kind())
          .isEqualTo(Kind.MALFORMED);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, INVALID_REQUEST",
    "401, UNAUTHENTICATED",
    "402, PERMISSION_DENIED",
    "404, NOT_FOUND",
    "422, INVALID_REQUEST",
    "429, RATE_LIMITED",
    "498, BLOCKED",
    "500, FAILED",
    "503, OVERLOADED"
  })
  void mapsRefusals(int status, Kind kind) {
    ModelException e = dialect.refusal(answer(status, "{\"message\":\"not so\"}"));
    assertThat(e.kind()).isEqualTo(kind);
    assertThat(e).hasMessage("the provider answered with %d: not so", status);
    assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(3));
    assertThat(dialect.refusal(answer(status, "<html>")))
        .hasMessage("the provider answered with %d: <html>", status);
    assertThat(dialect.refusal(answer(status, "")))
        .hasMessage("the provider answered with %d: nothing more", status);
  }

  private static Turn user(String text) {
    return Turn.of(Role.USER, text);
  }

  private static Prompt with(List<Tool> tools, ToolChoice choice, OutputFormat output) {
    return new Prompt("m", List.of(user("Hello")), Sampling.DEFAULT, tools, choice, output);
  }

  private static HttpAnswer answer(int status, String body) {
    return new HttpAnswer(
        status, Map.of("retry-after", "3"), body.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertBody(HttpCall call, String expected) {
    assertThat(Json.parse(call.body(), "request")).isEqualTo(Json.parse(expected, "request"));
  }

  private void assertInvalid(Prompt prompt) {
    ModelException e = catchThrowableOfType(ModelException.class, () -> dialect.ask(prompt, "s"));
    assertThat(e.kind()).isEqualTo(Kind.INVALID_REQUEST);
  }

  private List<ModelEvent> read(String transcript) {
    List<ModelEvent> events = new ArrayList<>();
    readInto(transcript, events);
    return events;
  }

  private void readInto(String transcript, List<ModelEvent> events) {
    Transcripts.read(transcript, dialect, events);
  }

  private ModelException failure(String transcript, List<ModelEvent> events) {
    return catchThrowableOfType(ModelException.class, () -> readInto(transcript, events));
  }
}
