package dev.parley.models.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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
import dev.parley.models.dialect.OpenAiDialect.Flavour;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiDialectTest {
  private static final Tool WEATHER =
      new Tool("weather", "Tells the weather.", "{\"type\":\"object\",\"properties\":{}}");
  private static final Tool TIME = new Tool("time", "", "{\"type\":\"object\"}");
  private static final List<Turn> HELLO = List.of(Turn.of(Role.USER, "Hello"));

  private static Prompt prompt(
      List<Turn> turns, Sampling sampling, List<Tool> tools, ToolChoice choice, OutputFormat form) {
    return new Prompt("m", turns, sampling, tools, choice, form);
  }

  private static Prompt prompt(List<Turn> turns) {
    return Prompt.of("m", turns);
  }

  private static Prompt withTools(ToolChoice choice, Tool... tools) {
    return prompt(HELLO, Sampling.DEFAULT, List.of(tools), choice, OutputFormat.Text.TEXT);
  }

  private static Prompt withForm(OutputFormat form) {
    return prompt(HELLO, Sampling.DEFAULT, List.of(), ToolChoice.AUTO, form);
  }

  private static void assertBody(Flavour flavour, Prompt prompt, String expected) {
    HttpCall call = new OpenAiDialect(flavour).ask(prompt, "s");
    assertThat(Json.parse(call.body(), "body")).isEqualTo(Json.parse(expected, "expectation"));
  }

  /// The body of a prompt that says hello, with more fields.
  private static String hello(String more) {
    return """
    {"model":"m","stream":true,"stream_options":{"include_usage":true},
     "messages":[{"role":"user","content":"Hello"}]%s}
    """
        .formatted(more);
  }

  private static String helloMistral(String more) {
    return hello(more).replace("\"stream_options\":{\"include_usage\":true},", "");
  }

  private static void assertInvalid(Prompt prompt, String message) {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> new OpenAiDialect(Flavour.OPENAI).ask(prompt, "s"))
        .withMessage(message)
        .matches(e -> e.kind() == Kind.INVALID_REQUEST);
  }

  @Test
  void asksWithTheSecretInAHeader() {
    HttpCall call = new OpenAiDialect(Flavour.OPENAI).ask(prompt(HELLO), "s3cret");
    assertThat(call.method()).isEqualTo("POST");
    assertThat(call.target()).isEqualTo("/v1/chat/completions");
    assertThat(call.headers())
        .isEqualTo(
            Map.of(
                "authorization", "Bearer s3cret",
                "content-type", "application/json",
                "accept", "text/event-stream"));
    assertThat(new String(call.body(), UTF_8)).doesNotContain("s3cret");
  }

  @Test
  void withoutASecretThereIsNoCredential() {
    OpenAiDialect dialect = new OpenAiDialect(Flavour.COMPATIBLE);
    assertThat(dialect.ask(prompt(HELLO), "").headers())
        .isEqualTo(Map.of("content-type", "application/json", "accept", "text/event-stream"));
    assertThat(dialect.list("").headers()).isEqualTo(Map.of("accept", "application/json"));
  }

  @Test
  void saysNoMoreThanItMust() {
    assertBody(Flavour.OPENAI, prompt(HELLO), hello(""));
    assertBody(Flavour.COMPATIBLE, prompt(HELLO), hello(""));
    assertBody(Flavour.MISTRAL, prompt(HELLO), helloMistral(""));
  }

  @Test
  void takesSystemPromptsAndImages() {
    List<Turn> turns =
        List.of(
            Turn.of(Role.SYSTEM, "Be brief."),
            new Turn(Role.SYSTEM, List.of(new Part.Text("a"), new Part.Text("b"))),
            new Turn(
                Role.USER,
                List.of(
                    new Part.Text("What is this?"),
                    new Part.Image("image/png", new byte[] {1, 2, 3}),
                    new Part.ImageLink("https://example.com/a.png"))));
    assertBody(
        Flavour.OPENAI,
        prompt(turns),
        """
        {"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[
          {"role":"system","content":"Be brief."},
          {"role":"system","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
          {"role":"user","content":[
            {"type":"text","text":"What is this?"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}},
            {"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}
        """);
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  void givesCallsResultsAndThoughtsBack(Flavour flavour) {
    List<Turn> turns =
        List.of(
            new Turn(
                Role.ASSISTANT,
                List.of(
                    new Part.Reasoning("Hm", null),
                    new Part.ToolCall("a", "weather", "{\"city\":\"Ulm\"}"),
                    new Part.ToolCall("b", "time", ""))),
            new Turn(
                Role.TOOL,
                List.of(
                    new Part.ToolResult("a", "weather", "rain", false),
                    new Part.ToolResult("b", "time", "broken", true))),
            new Turn(
                Role.ASSISTANT,
                List.of(
                    new Part.Reasoning("So", "signed"),
                    new Part.Text("It "),
                    new Part.Text("rains."))));
    String thoughts =
        "[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"%s\"}]}%s]";
    String first =
        switch (flavour) {
          case OPENAI -> "null";
          case COMPATIBLE -> "null,\"reasoning_content\":\"Hm\"";
          case MISTRAL -> thoughts.formatted("Hm", "");
        };
    String last =
        flavour == Flavour.MISTRAL
            ? thoughts.formatted("So", ",{\"type\":\"text\",\"text\":\"It rains.\"}")
            : "\"It rains.\"";
    assertBody(
        flavour,
        prompt(turns),
        """
        {"model":"m","stream":true,%s"messages":[
          {"role":"assistant","content":%s,"tool_calls":[
            {"id":"a","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Ulm\\"}"}},
            {"id":"b","type":"function","function":{"name":"time","arguments":"{}"}}]},
          {"role":"tool","tool_call_id":"a","content":"rain"},
          {"role":"tool","tool_call_id":"b","content":"broken"},
          {"role":"assistant","content":%s}]}
        """
            .formatted(
                flavour == Flavour.MISTRAL ? "" : "\"stream_options\":{\"include_usage\":true},",
                first,
                last));
  }

  @Test
  void samplesAsAsked() {
    Prompt prompt =
        prompt(
            HELLO,
            new Sampling(9, 0.5, 0.25, List.of("x", "y"), 7L, 100),
            List.of(),
            ToolChoice.AUTO,
            OutputFormat.Text.TEXT);
    String rest = ",\"temperature\":0.5,\"top_p\":0.25,\"stop\":[\"x\",\"y\"]";
    String effort = ",\"reasoning_effort\":\"low\"";
    assertBody(
        Flavour.OPENAI, prompt, hello(",\"max_completion_tokens\":9,\"seed\":7" + rest + effort));
    assertBody(Flavour.COMPATIBLE, prompt, hello(",\"max_tokens\":9,\"seed\":7" + rest + effort));
    assertBody(Flavour.MISTRAL, prompt, helloMistral(",\"max_tokens\":9,\"random_seed\":7" + rest));
  }

  @ParameterizedTest
  @CsvSource({"0, none", "1, low", "2048, low", "2049, medium", "16384, medium", "16385, high"})
  void budgetsOfThoughtsAreEfforts(int tokens, String effort) {
    Sampling sampling = new Sampling(null, null, null, List.of(), null, tokens);
    Prompt prompt = prompt(HELLO, sampling, List.of(), ToolChoice.AUTO, OutputFormat.Text.TEXT);
    assertBody(Flavour.OPENAI, prompt, hello(",\"reasoning_effort\":\"%s\"".formatted(effort)));
    assertBody(Flavour.COMPATIBLE, prompt, hello(",\"reasoning_effort\":\"%s\"".formatted(effort)));
    assertBody(Flavour.MISTRAL, prompt, helloMistral(""));
  }

  private static final String WEATHER_JSON =
      """
      {"type":"function","function":{"name":"weather","description":"Tells the weather.",
       "parameters":{"type":"object","properties":{}}}}
      """;
  private static final String TIME_JSON =
      """
      {"type":"function","function":{"name":"time","parameters":{"type":"object"}}}
      """;

  private static String tools(String choice, String... tools) {
    return ",\"tools\":[%s],\"tool_choice\":%s".formatted(String.join(",", tools), choice);
  }

  @Test
  void offersTools() {
    String both = WEATHER_JSON + "," + TIME_JSON;
    assertBody(
        Flavour.OPENAI, withTools(ToolChoice.AUTO, WEATHER, TIME), hello(tools("\"auto\"", both)));
    assertBody(
        Flavour.OPENAI,
        withTools(new ToolChoice(Mode.NONE, null), WEATHER, TIME),
        hello(tools("\"none\"", both)));
    Prompt required = withTools(new ToolChoice(Mode.REQUIRED, null), WEATHER, TIME);
    assertBody(Flavour.OPENAI, required, hello(tools("\"required\"", both)));
    assertBody(Flavour.MISTRAL, required, helloMistral(tools("\"any\"", both)));
    assertBody(
        Flavour.OPENAI,
        withTools(new ToolChoice(Mode.REQUIRED, "time"), WEATHER, TIME),
        hello(tools("{\"type\":\"function\",\"function\":{\"name\":\"time\"}}", both)));
    assertBody(
        Flavour.OPENAI,
        withTools(new ToolChoice(Mode.AUTO, "time"), WEATHER, TIME),
        hello(tools("\"auto\"", TIME_JSON)));
  }

  @Test
  void asksForOneCallOnly() {
    ToolChoice one = new ToolChoice(Mode.REQUIRED, null, true);
    String single = ",\"parallel_tool_calls\":false";
    assertBody(
        Flavour.OPENAI, withTools(one, TIME), hello(tools("\"required\"", TIME_JSON) + single));
    assertBody(
        Flavour.MISTRAL, withTools(one, TIME), helloMistral(tools("\"any\"", TIME_JSON) + single));
    assertBody(
        Flavour.OPENAI,
        withTools(new ToolChoice(Mode.NONE, null, true), TIME),
        hello(tools("\"none\"", TIME_JSON)));
    assertBody(Flavour.OPENAI, withTools(new ToolChoice(Mode.AUTO, null, true)), hello(""));
  }

  @Test
  void asksForJson() {
    assertBody(
        Flavour.OPENAI,
        withForm(OutputFormat.Json.JSON),
        hello(",\"response_format\":{\"type\":\"json_object\"}"));
    assertBody(
        Flavour.OPENAI,
        withForm(new OutputFormat.Schema("n", "{\"type\":\"object\"}")),
        hello(
            """
            ,"response_format":{"type":"json_schema","json_schema":
              {"name":"n","strict":true,"schema":{"type":"object"}}}
            """));
  }

  @Test
  void whatCannotBeSaidIsInvalid() {
    assertInvalid(
        withTools(new ToolChoice(Mode.REQUIRED, null)),
        "a tool call is required, but there are no tools");
    assertInvalid(
        withTools(new ToolChoice(Mode.AUTO, "time"), WEATHER),
        "the tool that is chosen, time, is not among the tools");
    assertInvalid(
        withTools(ToolChoice.AUTO, new Tool("f", "", "{")),
        "the parameters of tool f must be a JSON object: {");
    assertInvalid(
        withForm(new OutputFormat.Schema("n", "[]")),
        "the schema of the answer must be a JSON object: []");
    assertInvalid(
        prompt(List.of(new Turn(Role.SYSTEM, List.of(new Part.ImageLink("u"))))),
        "a turn of SYSTEM cannot hold ImageLink");
    assertInvalid(
        prompt(List.of(new Turn(Role.ASSISTANT, List.of(new Part.ImageLink("u"))))),
        "a turn of ASSISTANT cannot hold ImageLink");
    assertInvalid(
        prompt(List.of(new Turn(Role.USER, List.of(new Part.ToolCall("a", "f", "{}"))))),
        "a turn of USER cannot hold ToolCall");
    assertInvalid(prompt(List.of(Turn.of(Role.TOOL, "a"))), "a turn of TOOL cannot hold Text");
  }

  @Test
  void listsModels() {
    OpenAiDialect dialect = new OpenAiDialect(Flavour.OPENAI);
    HttpCall call = dialect.list("s3cret");
    assertThat(call.method()).isEqualTo("GET");
    assertThat(call.target()).isEqualTo("/v1/models");
    assertThat(call.headers())
        .isEqualTo(Map.of("authorization", "Bearer s3cret", "accept", "application/json"));
    assertThat(call.body()).isEmpty();
    assertThat(
            dialect.listed(
                answer(
                    200,
                    "{\"object\":\"list\",\"data\":[{\"id\":\"a\",\"object\":\"model\"},{\"id\":\"b\"}]}")))
        .containsExactly("a", "b");
    assertThat(dialect.listed(answer(200, "{\"data\":[]}"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{}", "[]", "{\"data\":{}}", "{\"data\":[{}]}"})
  void listsThatCannotBeUnderstoodAreMalformed(String body) {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> new OpenAiDialect(Flavour.OPENAI).listed(answer(200, body)))
        .matches(e -> e.kind() == Kind.MALFORMED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | {'error':{'message':'m','type':'invalid_request_error','code':null}} |"
            + " INVALID_REQUEST | m",
        "401 | {'error':{'message':'m','type':'invalid_request_error','code':'invalid_api_key'}} |"
            + " UNAUTHENTICATED | m",
        "401 | {'message':'m','request_id':'1'} | UNAUTHENTICATED | m",
        "403 | {'error':{'message':'m','code':'unsupported_country_region_territory'}} |"
            + " PERMISSION_DENIED | m",
        "404 | {'error':{'message':'m','code':'model_not_found'}} | NOT_FOUND | m",
        "400 | {'object':'error','message':'m','type':'invalid_model','code':'1500'} | NOT_FOUND |"
            + " m",
        "422 | {'object':'error','message':{'detail':[1]},'type':'invalid_request_error'} |"
            + " INVALID_REQUEST | {\"detail\":[1]}",
        "422 | {'detail':[{'msg':'x'}]} | INVALID_REQUEST | [{\"msg\":\"x\"}]",
        "429 | {'error':{'message':'m','code':'rate_limit_exceeded'}} | RATE_LIMITED | m",
        "429 | {'error':{'message':'m','type':'insufficient_quota'}} | PERMISSION_DENIED | m",
        "400 | {'error':{'message':'m','code':'content_filter','status':400}} | BLOCKED | m",
        "400 | {'error':{'message':'m','code':'content_policy_violation'}} | BLOCKED | m",
        "500 | {'error':'m'} | FAILED | m",
        "503 | Slow down | OVERLOADED | Slow down",
        "502 | '' | FAILED | nothing more"
      })
  void refusalsAreWhatTheyAre(int status, String body, Kind kind, String message) {
    ModelException refusal =
        new OpenAiDialect(Flavour.OPENAI).refusal(answer(status, body.replace('\'', '"')));
    assertThat(refusal)
        .hasMessage("the provider answered with %d: %s".formatted(status, message))
        .matches(e -> e.kind() == kind)
        .matches(e -> e.retryAfter() == null);
  }

  @Test
  void refusalsSayHowLongToWait() {
    HttpAnswer answer = new HttpAnswer(429, Map.of("retry-after", "2"), new byte[0]);
    assertThat(new OpenAiDialect(Flavour.MISTRAL).refusal(answer).retryAfter())
        .isEqualTo(Duration.ofSeconds(2));
  }

  private static HttpAnswer answer(int status, String body) {
    return new HttpAnswer(status, Map.of(), body.getBytes(UTF_8));
  }
}
