package dev.parley.models.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

class GeminiDialectTest {
  private static final String HEL =
      """
      data: {"candidates":[{"content":{"parts":[{"text":"Hel"}],"role":"model"},"index":0}],\
      "usageMetadata":{"promptTokenCount":4,"totalTokenCount":4},"modelVersion":"gemini-x",\
      "responseId":"r1"}

      """;
  private static final String LO =
      """
      data: {"candidates":[{"content":{"parts":[{"text":"lo"}],"role":"model"},\
      "finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":4,\
      "candidatesTokenCount":2,"totalTokenCount":6},"modelVersion":"gemini-x","responseId":"r1"}

      """;
  private static final Started STARTED = new Started("r1", "gemini-x");
  private static final Tool WEATHER =
      new Tool("weather", "Tells the weather", "{\"type\":\"object\",\"properties\":{}}");
  private static final Tool CLOCK = new Tool("clock", "Tells the time", "{\"type\":\"object\"}");

  private final Dialect dialect = new GeminiDialect();
  private final Dialect vertex = new VertexDialect("my-project", "europe-west4");

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
    return Prompt.of("gemini-x", List.of(turns));
  }

  private static Prompt hi() {
    return prompt(Turn.of(Role.USER, "Hi"));
  }

  private static Prompt with(
      Sampling sampling, List<Tool> tools, ToolChoice choice, OutputFormat output) {
    return new Prompt(
        "gemini-x", List.of(Turn.of(Role.USER, "Hi")), sampling, tools, choice, output);
  }

  private static Prompt withChoice(ToolChoice choice) {
    return with(Sampling.DEFAULT, List.of(WEATHER, CLOCK), choice, OutputFormat.Text.TEXT);
  }

  private static HttpAnswer answer(int status, Map<String, String> headers, String body) {
    return new HttpAnswer(status, headers, body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void keyIsAHeader() {
    HttpCall call = dialect.ask(hi(), "s3cret");
    assertThat(call.toString())
        .isEqualTo("POST /v1beta/models/gemini-x:streamGenerateContent?alt=sse");
    assertThat(call.headers())
        .isEqualTo(
            Map.of(
                "content-type", "application/json",
                "accept", "text/event-stream",
                "x-goog-api-key", "s3cret"));
    assertSame(
        new String(call.body(), StandardCharsets.UTF_8),
        """
        {"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}
        """);
  }

  @Test
  void vertexHasAnotherPathAndCredential() {
    HttpCall call = vertex.ask(hi(), "s3cret");
    assertThat(call.toString())
        .isEqualTo(
            "POST /v1/projects/my-project/locations/europe-west4/publishers/google/models/"
                + "gemini-x:streamGenerateContent?alt=sse");
    assertThat(call.headers())
        .isEqualTo(
            Map.of(
                "content-type", "application/json",
                "accept", "text/event-stream",
                "authorization", "Bearer s3cret"));
    assertThat(call.body()).isEqualTo(dialect.ask(hi(), "s3cret").body());
  }

  @ParameterizedTest
  @CsvSource({
    "../../x,..%2F..%2Fx",
    "a?key=b#c,a%3Fkey%3Db%23c",
    "a%2Fb,a%252Fb",
    "ü:y z,%C3%BC%3Ay%20z",
    "gemini-2.5_x~,gemini-2.5_x~"
  })
  void nameCannotLeaveItsSegment(String model, String encoded) {
    Prompt prompt = hi().withModel(model);
    String end = "/models/" + encoded + ":streamGenerateContent?alt=sse";
    assertThat(dialect.ask(prompt, "s").target()).isEqualTo("/v1beta" + end);
    assertThat(vertex.ask(prompt, "s").target())
        .isEqualTo("/v1/projects/my-project/locations/europe-west4/publishers/google" + end);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ".", ".."})
  void nameIsRequired(String model) {
    assertInvalid(hi().withModel(model));
  }

  @ParameterizedTest
  @CsvSource({"..,europe-west4", "p/q,europe-west4", "p,..", "p,a/b", "'',europe-west4", "p,''"})
  void placeIsOfNames(String project, String location) {
    assertThatIllegalArgumentException().isThrownBy(() -> new VertexDialect(project, location));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "evil.com/", "x@evil.com/", "EU West", "a\nb", "a:1"})
  void noPlaceLeadsToAnotherHost(String location) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VertexDialect.baseUrl(location))
        .withMessageStartingWith("location: \"%s\" (expected: ".formatted(location));
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
                    new Part.Image("image/png", new byte[] {1, 2, 3}))),
            new Turn(
                Role.ASSISTANT,
                List.of(
                    new Part.Reasoning("Two things.", "c2ln"),
                    new Part.Text(""),
                    new Part.ToolCall("c1", "weather", "{\"city\":\"Rome\"}"),
                    new Part.ToolCall("parley-call-r1-1", "clock", ""))),
            new Turn(Role.TOOL, List.of(new Part.ToolResult("c1", "weather", "sun", false))),
            new Turn(
                Role.TOOL,
                List.of(new Part.ToolResult("parley-call-r1-1", "clock", "broken", true))),
            Turn.of(Role.SYSTEM, "Be polite."),
            new Turn(
                Role.ASSISTANT,
                List.of(new Part.Text("It is sunny."), new Part.Reasoning("", "c2ln2"))),
            Turn.of(Role.USER, "Thanks."));
    assertSame(
        body(prompt),
        """
        {"systemInstruction":{"parts":[{"text":"Be brief."},{"text":"Be polite."}]},
         "contents":[
          {"role":"user","parts":[
            {"text":"What is this, and the weather?"},
            {"inlineData":{"mimeType":"image/png","data":"AQID"}}]},
          {"role":"model","parts":[
            {"text":"Two things.","thought":true},
            {"functionCall":{"id":"c1","name":"weather","args":{"city":"Rome"}},
             "thoughtSignature":"c2ln"},
            {"functionCall":{"name":"clock","args":{}}}]},
          {"role":"user","parts":[
            {"functionResponse":{"id":"c1","name":"weather","response":{"output":"sun"}}},
            {"functionResponse":{"name":"clock","response":{"error":"broken"}}}]},
          {"role":"model","parts":[
            {"text":"It is sunny."},{"text":"","thoughtSignature":"c2ln2"}]},
          {"role":"user","parts":[{"text":"Thanks."}]}]}
        """);
  }

  @Test
  void samplingIsSaid() {
    Sampling sampling = new Sampling(900, 0.5, 0.9, List.of("END"), 7L, 200);
    assertSame(
        body(with(sampling, List.of(), ToolChoice.AUTO, OutputFormat.Json.JSON)),
        """
        {"contents":[{"role":"user","parts":[{"text":"Hi"}]}],
         "generationConfig":{"maxOutputTokens":900,"temperature":0.5,"topP":0.9,
          "stopSequences":["END"],"seed":7,
          "thinkingConfig":{"thinkingBudget":200,"includeThoughts":true},
          "responseMimeType":"application/json"}}
        """);
  }

  @Test
  void noThinkingIsSaid() {
    Sampling sampling = new Sampling(null, null, null, List.of(), null, 0);
    assertSame(
        body(with(sampling, List.of(), ToolChoice.AUTO, OutputFormat.Text.TEXT)),
        """
        {"contents":[{"role":"user","parts":[{"text":"Hi"}]}],
         "generationConfig":{"thinkingConfig":{"thinkingBudget":0,"includeThoughts":false}}}
        """);
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
        {"contents":[{"role":"user","parts":[{"text":"Hi"}]}],
         "tools":[{"functionDeclarations":[
          {"name":"weather","description":"Tells the weather",
           "parametersJsonSchema":{"type":"object","properties":{}}},
          {"name":"clock","description":"Tells the time",
           "parametersJsonSchema":{"type":"object"}}]}],
         "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["weather"]}},
         "generationConfig":{"responseMimeType":"application/json",
          "responseJsonSchema":{"type":"object"}}}
        """);
  }

  @Test
  void choiceOfToolsIsSaid() {
    assertThat(choice(new ToolChoice(Mode.REQUIRED, null)))
        .isEqualTo("{\"functionCallingConfig\":{\"mode\":\"ANY\"}}");
    assertThat(choice(new ToolChoice(Mode.NONE, null)))
        .isEqualTo("{\"functionCallingConfig\":{\"mode\":\"NONE\"}}");
    assertThat(choice(ToolChoice.AUTO)).isEmpty();
    assertThat(
            Json.parse(body(withChoice(new ToolChoice(Mode.AUTO, "clock"))), "body")
                .path("tools")
                .findValuesAsString("name"))
        .containsExactly("clock");
  }

  @Test
  void onlyOneCallCannotBeSaid() {
    assertInvalid(withChoice(new ToolChoice(Mode.AUTO, null, true)));
    assertThat(choice(new ToolChoice(Mode.NONE, null, true)))
        .isEqualTo("{\"functionCallingConfig\":{\"mode\":\"NONE\"}}");
  }

  private String choice(ToolChoice choice) {
    return Json.parse(body(withChoice(choice)), "body").path("toolConfig").toString();
  }

  private void assertInvalid(Prompt prompt) {
    assertThatThrownBy(() -> body(prompt))
        .asInstanceOf(InstanceOfAssertFactories.throwable(ModelException.class))
        .extracting(ModelException::kind)
        .isEqualTo(Kind.INVALID_REQUEST);
  }

  @Test
  void whatCannotBeSaidIsRefused() {
    assertInvalid(
        prompt(new Turn(Role.USER, List.of(new Part.ImageLink("https://example.org/a.png")))));
    assertInvalid(
        with(
            Sampling.DEFAULT,
            List.of(),
            ToolChoice.AUTO,
            new OutputFormat.Schema("form", "not JSON")));
    assertInvalid(
        with(
            Sampling.DEFAULT,
            List.of(new Tool("t", "", "[]")),
            ToolChoice.AUTO,
            OutputFormat.Text.TEXT));
    assertInvalid(prompt(new Turn(Role.ASSISTANT, List.of(new Part.ToolCall("1", "c", "{")))));
    assertInvalid(
        prompt(new Turn(Role.ASSISTANT, List.of(new Part.Image("image/png", new byte[1])))));
    assertInvalid(prompt(new Turn(Role.SYSTEM, List.of(new Part.Reasoning("hm", null)))));
    assertInvalid(prompt(Turn.of(Role.TOOL, "sun")));
  }

  @Test
  void textIsRead() {
    List<ModelEvent> told = new ArrayList<>();
    AnswerReader reader = dialect.reader();
    Transcripts.events(HEL + LO).forEach(event -> reader.read(event, told::add));
    assertThat(told).containsExactly(STARTED, new Text("Hel"), new Text("lo"));
    reader.end(told::add);
    Transcripts.events(HEL).forEach(event -> reader.read(event, told::add));
    reader.end(told::add);
    assertThat(told)
        .containsExactly(
            STARTED,
            new Text("Hel"),
            new Text("lo"),
            new Finished(StopReason.STOP, "STOP", new Usage(4, 2, -1, -1)));
  }

  @Test
  void vertexIsReadTheSame() {
    List<ModelEvent> told = new ArrayList<>();
    AnswerReader reader = vertex.reader();
    Transcripts.events(HEL + LO).forEach(event -> reader.read(event, told::add));
    reader.end(told::add);
    assertThat(told).isEqualTo(read(HEL + LO));
  }

  @Test
  void usageMayComeLastAndInPieces() {
    assertThat(
            read(
                HEL
                    + LO
                    + """
                    data: {"usageMetadata":{"promptTokenCount":5,"toolUsePromptTokenCount":10,\
                    "cachedContentTokenCount":3,"thoughtsTokenCount":7}}

                    """))
        .containsExactly(
            STARTED,
            new Text("Hel"),
            new Text("lo"),
            new Finished(StopReason.STOP, "STOP", new Usage(15, 9, 3, 7)));
  }

  @Test
  void thoughtsAreKeptApartAndTheirSignatureStandsBeforeItsPart() {
    assertThat(
            read(
                """
                data: {"candidates":[{"content":{"role":"model","parts":[\
                {"text":"Hm","thought":true},{"text":""},\
                {"text":"A","thoughtSignature":"c2ln","new":1},{"inlineData":{}}]},\
                "newer":{}},{"index":1,"content":{"parts":[{"text":"other"}]}}],"responseId":"r1"}

                data: {"candidates":[{"content":{},"finishReason":"MAX_TOKENS"}]}

                """))
        .containsExactly(
            new Started("r1", ""),
            new Reasoning("Hm", null),
            new Reasoning("", "c2ln"),
            new Text("A"),
            new Finished(StopReason.LENGTH, "MAX_TOKENS", Usage.UNKNOWN));
  }

  @Test
  void callsComeWholeAndAreCounted() {
    assertThat(
            read(
                """
                data: {"candidates":[{"content":{"role":"model","parts":[\
                {"functionCall":{"name":"weather","args":{"city":"Rome"}},\
                "thoughtSignature":"c2ln"},{"functionCall":{"name":"clock","id":"c9"}}]}}],\
                "responseId":"r1","modelVersion":"gemini-x"}

                data: {"candidates":[{"content":{"role":"model","parts":[\
                {"functionCall":{"name":"clock","args":{}}}]},"finishReason":"STOP"}]}

                """))
        .containsExactly(
            STARTED,
            new Reasoning("", "c2ln"),
            new ToolCall(0, "parley-call-r1-0", "weather", "{\"city\":\"Rome\"}"),
            new ToolCall(1, "c9", "clock", "{}"),
            new ToolCall(2, "parley-call-r1-2", "clock", "{}"),
            new Finished(StopReason.TOOL_CALLS, "STOP", Usage.UNKNOWN));
  }

  @ParameterizedTest
  @CsvSource({
    "STOP,STOP",
    "MAX_TOKENS,LENGTH",
    "SAFETY,CONTENT_FILTER",
    "RECITATION,CONTENT_FILTER",
    "LANGUAGE,CONTENT_FILTER",
    "BLOCKLIST,CONTENT_FILTER",
    "PROHIBITED_CONTENT,CONTENT_FILTER",
    "SPII,CONTENT_FILTER",
    "MODEL_ARMOR,CONTENT_FILTER",
    "IMAGE_SAFETY,CONTENT_FILTER",
    "MALFORMED_FUNCTION_CALL,OTHER",
    "OTHER,OTHER",
    "SOMETHING_NEW,OTHER"
  })
  void reasonsAreUnderstood(String word, StopReason reason) {
    String last = "{\"candidates\":[{\"finishReason\":\"%s\"}]}";
    assertThat(read(event(last.formatted(word))))
        .containsExactly(new Started("", ""), new Finished(reason, word, Usage.UNKNOWN));
  }

  @ParameterizedTest
  @CsvSource({
    "\"Not this.\",PROHIBITED_CONTENT (Not this.)",
    "null,PROHIBITED_CONTENT",
    "7,PROHIBITED_CONTENT",
    "{},PROHIBITED_CONTENT"
  })
  void blockedPromptHasNoAnswer(String message, String words) {
    List<ModelEvent> told = new ArrayList<>();
    ModelException failure =
        failure(
            event(
                "{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\","
                    + "\"blockReasonMessage\":%s},\"responseId\":\"r1\"}".formatted(message)),
            told);
    assertThat(told).isEmpty();
    assertThat(failure.kind()).isEqualTo(Kind.BLOCKED);
    assertThat(failure).hasMessage("the provider blocks the prompt: " + words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s", "[%s]"})
  void errorInMidStreamIsToldAfterWhatCame(String form) {
    List<ModelEvent> told = new ArrayList<>();
    String error =
        "{\"error\":{\"code\":503,\"message\":\"Overloaded\",\"status\":\"UNAVAILABLE\"}}";
    ModelException failure = failure(HEL + event(form.formatted(error)), told);
    assertThat(told).containsExactly(STARTED, new Text("Hel"));
    assertThat(failure.kind()).isEqualTo(Kind.OVERLOADED);
    assertThat(failure).hasMessageContaining("UNAVAILABLE: Overloaded");
  }

  @ParameterizedTest
  @CsvSource({
    "400,INVALID_ARGUMENT,INVALID_REQUEST",
    "400,FAILED_PRECONDITION,INVALID_REQUEST",
    "400,OUT_OF_RANGE,INVALID_REQUEST",
    "401,UNAUTHENTICATED,UNAUTHENTICATED",
    "403,PERMISSION_DENIED,PERMISSION_DENIED",
    "404,NOT_FOUND,NOT_FOUND",
    "429,RESOURCE_EXHAUSTED,RATE_LIMITED",
    "499,CANCELLED,FAILED",
    "500,INTERNAL,FAILED",
    "503,UNAVAILABLE,OVERLOADED",
    "504,DEADLINE_EXCEEDED,TIMEOUT",
    "404,SOMETHING_NEW,NOT_FOUND",
    "0,SOMETHING_NEW,FAILED"
  })
  void errorsAreUnderstood(int code, String status, Kind kind) {
    String error =
        "{\"error\":{\"code\":%d,\"message\":\"m\",\"status\":\"%s\"}}".formatted(code, status);
    assertThat(failure(event(error), new ArrayList<>()).kind()).isEqualTo(kind);
    if (code != 0) {
      assertThat(dialect.refusal(answer(code, Map.of(), error)).kind()).isEqualTo(kind);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\":{\"code\":503,\"message\":7,\"status\":[]}}",
        "{\"error\":{\"code\":\"503\",\"details\":[{\"reason\":7,\"retryDelay\":1}]}}"
      })
  void anErrorKeepsItsKindWhateverItsForm(String error) {
    assertThat(failure(event(error), new ArrayList<>()).kind()).isEqualTo(Kind.OVERLOADED);
    assertThat(dialect.refusal(answer(503, Map.of(), error)).kind()).isEqualTo(Kind.OVERLOADED);
  }

  @Test
  void cutStreamIsNoAnswer() {
    List<ModelEvent> told = new ArrayList<>();
    assertThat(failure(HEL, told).kind()).isEqualTo(Kind.CUT);
    assertThat(told).containsExactly(STARTED, new Text("Hel"));
    assertThat(failure("", told).kind()).isEqualTo(Kind.CUT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"candidates\":[",
        "[]",
        "\"text\"",
        "{}",
        "{\"candidates\":{}}",
        "{\"candidates\":[7]}",
        "{\"candidates\":[{\"content\":7}]}",
        "{\"candidates\":[{\"content\":{\"parts\":{}}}]}",
        "{\"candidates\":[{\"content\":{\"parts\":[7]}}]}",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":7}]}}]}",
        "{\"candidates\":[{\"index\":\"0\"}]}",
        "{\"candidates\":[{\"finishReason\":7}]}",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\",\"thought\":\"no\"}]}}]}",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\",\"thoughtSignature\":7}]}}]}",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":7}]}}]}",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":"
            + "{\"name\":\"clock\",\"id\":7}}]}}]}",
        "{\"candidates\":[],\"promptFeedback\":7}",
        "{\"promptFeedback\":{\"blockReason\":7}}",
        "{\"usageMetadata\":7}",
        "{\"usageMetadata\":{\"promptTokenCount\":\"7\"}}",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"args\":{}}}]}}]}",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":"
            + "{\"name\":\"clock\",\"args\":[]}}]}}]}"
      })
  void brokenEventIsReported(String data) {
    List<ModelEvent> told = new ArrayList<>();
    assertThat(failure(HEL + event(data), told).kind()).isEqualTo(Kind.MALFORMED);
    assertThat(told).containsExactly(STARTED, new Text("Hel"));
  }

  @Test
  void modelsAreListed() {
    HttpCall call = dialect.list("s3cret");
    assertThat(call.toString()).isEqualTo("GET /v1beta/models?pageSize=1000");
    assertThat(call.headers()).isEqualTo(Map.of("x-goog-api-key", "s3cret"));
    assertThat(call.body()).isEmpty();
    String list = "{\"models\":[{\"name\":\"models/gemini-x\"},{\"name\":\"tunedModels/y\"}]}";
    assertThat(dialect.listed(answer(200, Map.of(), list)))
        .containsExactly("gemini-x", "tunedModels/y");
  }

  @Test
  void vertexListsWhatGooglePublishes() {
    HttpCall call = vertex.list("s3cret");
    assertThat(call.toString())
        .isEqualTo("GET /v1beta1/publishers/google/models?pageSize=100&listAllVersions=true");
    assertThat(call.headers()).isEqualTo(Map.of("authorization", "Bearer s3cret"));
    assertThat(call.body()).isEmpty();
    String list =
        """
        {"publisherModels":[{"name":"publishers/google/models/gemini-x","versionId":"001"},
          {"name":"publishers/google/models/gemini-x","versionId":"002"}]}
        """;
    assertThat(vertex.listed(answer(200, Map.of(), list))).containsExactly("gemini-x");
  }

  @Test
  void emptyListMayBeLeftOut() {
    assertThat(dialect.listed(answer(200, Map.of(), "{}"))).isEmpty();
    assertThat(vertex.listed(answer(200, Map.of(), "{}"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html>",
        "[]",
        "{\"models\":[{}],\"publisherModels\":[{}]}",
        "{\"models\":{},\"publisherModels\":{}}"
      })
  void brokenListIsReported(String body) {
    for (Dialect each : List.of(dialect, vertex)) {
      assertThatThrownBy(() -> each.listed(answer(200, Map.of(), body)))
          .asInstanceOf(InstanceOfAssertFactories.throwable(ModelException.class))
          .extracting(ModelException::kind)
          .isEqualTo(Kind.MALFORMED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s", "[%s]"})
  void refusalSaysWhatTheProviderSaid(String form) {
    String error =
        """
        {"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED","details":[
          {"@type":"type.googleapis.com/google.rpc.QuotaFailure"},
          {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.5s"}]}}
        """;
    for (Dialect each : List.of(dialect, vertex)) {
      ModelException refusal = each.refusal(answer(429, Map.of(), form.formatted(error)));
      assertThat(refusal.kind()).isEqualTo(Kind.RATE_LIMITED);
      assertThat(refusal).hasMessage("the provider answered with 429: Quota exceeded");
      assertThat(refusal.retryAfter()).isEqualTo(Duration.ofMillis(34_500));
    }
    Map<String, String> header = Map.of("retry-after", "7");
    assertThat(dialect.refusal(answer(429, header, form.formatted(error))).retryAfter())
        .isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void wrongKeyIsNoInvalidRequest() {
    String error =
        """
        {"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[
          {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}
        """;
    assertThat(dialect.refusal(answer(400, Map.of(), error)).kind())
        .isEqualTo(Kind.UNAUTHENTICATED);
  }

  @Test
  void refusalOfAnotherFormIsUnderstoodByItsStatus() {
    ModelException refusal = dialect.refusal(answer(502, Map.of(), "<html>no</html>"));
    assertThat(refusal.kind()).isEqualTo(Kind.FAILED);
    assertThat(refusal).hasMessage("the provider answered with 502: <html>no</html>");
  }
}
