package dev.parley.models.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.Finished;
import dev.parley.core.model.ModelEvent.Started;
import dev.parley.core.model.ModelEvent.StopReason;
import dev.parley.core.model.ModelEvent.Text;
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
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicateDialectTest {
  private static final String MODEL = "meta/meta-llama-3-70b-instruct";
  private static final String CANCEL = "https://api.replicate.com/v1/predictions/p1/cancel";
  private static final String STREAM = "https://stream.replicate.com/v1/files/f1";
  private static final Started STARTED = new Started("", "");

  private final ReplicateDialect dialect =
      new ReplicateDialect(URI.create("https://api.replicate.com"));

  @Test
  void asksWithTheSecretInAHeaderOnly() {
    HttpCall call = dialect.ask(Prompt.of(MODEL, List.of(user("Hello"))), "s3cret");
    assertThat(call).hasToString("POST /v1/models/meta/meta-llama-3-70b-instruct/predictions");
    assertThat(call.headers())
        .isEqualTo(
            Map.of(
                "authorization", "Bearer s3cret",
                "content-type", "application/json",
                "accept", "application/json"));
    assertBody(
        call,
        """
        {"input":{"prompt":"Hello"},"stream":true}
        """);
  }

  @Test
  void asksForAVersion() {
    HttpCall call = dialect.ask(Prompt.of("meta/llama:0a1b2c", List.of(user("Hello"))), "s");
    assertThat(call).hasToString("POST /v1/predictions");
    assertBody(
        call,
        """
        {"version":"0a1b2c","input":{"prompt":"Hello"},"stream":true}
        """);
  }

  @Test
  void makesOneTextOfAConversation() {
    List<Turn> turns =
        List.of(
            Turn.of(Role.SYSTEM, "Be brief."),
            user("Hello"),
            new Turn(
                Role.ASSISTANT, List.of(new Part.Reasoning("Hm.", null), new Part.Text("Hi."))),
            Turn.of(Role.SYSTEM, "Be kind."),
            new Turn(
                Role.USER,
                List.of(
                    new Part.Text("What is this?"),
                    new Part.ImageLink("https://example.com/cat.png"),
                    new Part.Text("And why?"))));
    Prompt prompt =
        new Prompt(
            MODEL,
            turns,
            new Sampling(100, 0.5, 0.9, List.of(), 7L, 512),
            List.of(),
            new ToolChoice(ToolChoice.Mode.NONE, null),
            OutputFormat.Text.TEXT);
    assertBody(
        dialect.ask(prompt, "s"),
        """
        {"input":{
          "prompt":"User: Hello\\n\\nAssistant: Hi.\\n\\nUser: What is this?\\nAnd why?\\n\\nAssistant:",
          "system_prompt":"Be brief.\\n\\nBe kind.",
          "image":"https://example.com/cat.png",
          "max_tokens":100,"temperature":0.5,"top_p":0.9},"stream":true}
        """);
  }

  @Test
  void sendsBytesOfAnImageInALink() {
    Turn turn =
        new Turn(
            Role.USER,
            List.of(new Part.Image("image/png", new byte[] {1, 2, 3}), new Part.Text("What?")));
    assertBody(
        dialect.ask(Prompt.of(MODEL, List.of(turn)), "s"),
        """
        {"input":{"prompt":"What?","image":"data:image/png;base64,AQID"},"stream":true}
        """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "meta",
        "meta/",
        "/llama",
        "../llama",
        "meta/..",
        "meta/.",
        "meta/llama/x",
        "a/b?c",
        "a/b#c",
        "a/b%2f",
        "a b/c",
        "meta/llama:",
        "meta/llama:v/../x",
        "a/b\r\nx",
        "a/b\n"
      })
  void namesOfModelsCannotLeaveThePath(String model) {
    assertInvalid(Prompt.of(model, List.of(user("Hello"))));
  }

  @Test
  void refusesWhatItCannotSay() {
    Tool tool = new Tool("time", "How late it is", "{}");
    assertInvalid(with(Sampling.DEFAULT, List.of(tool), ToolChoice.AUTO, OutputFormat.Text.TEXT));
    assertInvalid(
        with(
            Sampling.DEFAULT,
            List.of(),
            new ToolChoice(ToolChoice.Mode.REQUIRED, null),
            OutputFormat.Text.TEXT));
    assertInvalid(with(Sampling.DEFAULT, List.of(), ToolChoice.AUTO, OutputFormat.Json.JSON));
    assertInvalid(
        with(Sampling.DEFAULT, List.of(), ToolChoice.AUTO, new OutputFormat.Schema("s", "{}")));
    assertInvalid(
        with(
            new Sampling(null, null, null, List.of("END"), null, null),
            List.of(),
            ToolChoice.AUTO,
            OutputFormat.Text.TEXT));
    Turn call = new Turn(Role.ASSISTANT, List.of(new Part.ToolCall("c1", "time", "{}")));
    Turn result = new Turn(Role.TOOL, List.of(new Part.ToolResult("c1", "time", "12", false)));
    assertInvalid(Prompt.of(MODEL, List.of(user("a"), call, user("b"))));
    assertInvalid(Prompt.of(MODEL, List.of(user("a"), result, user("b"))));
    Part image = new Part.ImageLink("https://example.com/a.png");
    Turn seen = new Turn(Role.USER, List.of(new Part.Text("See"), image));
    assertInvalid(Prompt.of(MODEL, List.of(seen, user("b"))));
    assertInvalid(Prompt.of(MODEL, List.of(new Turn(Role.USER, List.of(image, image)))));
    assertInvalid(Prompt.of(MODEL, List.of(Turn.of(Role.SYSTEM, "Be brief."))));
    assertInvalid(Prompt.of(MODEL, List.of(user("a"), Turn.of(Role.ASSISTANT, "b"))));
  }

  @Test
  void findsTheStreamAndTheWayToCancel() {
    TwoStepDialect.Begun begun = dialect.begun(prediction(STREAM, CANCEL), "s3cret");
    assertThat(begun.stream()).hasToString("GET " + STREAM);
    assertThat(begun.stream().headers())
        .isEqualTo(
            Map.of(
                "authorization", "Bearer s3cret",
                "accept", "text/event-stream",
                "cache-control", "no-store"));
    assertThat(begun.cancel()).hasToString("POST " + CANCEL);
    assertThat(begun.cancel().headers())
        .isEqualTo(Map.of("authorization", "Bearer s3cret", "accept", "application/json"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example/v1/files/f1",
        "https://stream.replicate.com:8443/v1/files/f1",
        "https://evilreplicate.com/f1",
        "https://stream.replicate.com.evil.example/f1",
        "https://api.replicate.com@evil.example/f1",
        "https://user@api.replicate.com/f1",
        "https://evil.example\\\\@api.replicate.com/f1",
        "https://evil.example#.replicate.com",
        "http://stream.replicate.com/f1",
        "ftp://stream.replicate.com/f1",
        "//stream.replicate.com/f1",
        "/v1/files/f1",
        ""
      })
  void secretGoesToNobodyElse(String url) {
    assertThat(beginning(dialect, prediction(url, CANCEL)).kind()).isEqualTo(Kind.MALFORMED);
    assertThat(beginning(dialect, prediction(STREAM, url)).kind()).isEqualTo(Kind.MALFORMED);
  }

  @Test
  void otherServersAreTrustedByTheirHostAndPort() {
    ReplicateDialect local = new ReplicateDialect(URI.create("http://127.0.0.1:9000"));
    String stream = "http://127.0.0.1:9000/stream/1";
    String cancel = "https://127.0.0.1:9000/cancel/1";
    TwoStepDialect.Begun begun = local.begun(prediction(stream, cancel), "s");
    assertThat(begun.stream()).hasToString("GET " + stream);
    assertThat(begun.cancel()).hasToString("POST " + cancel);
    assertThat(beginning(local, prediction(STREAM, cancel)).kind()).isEqualTo(Kind.MALFORMED);
    assertThat(beginning(local, prediction("http://localhost:9000/", cancel)).kind())
        .isEqualTo(Kind.MALFORMED);
    for (String port : new String[] {"", ":9001", ":80", ":443"}) {
      String other = "http://127.0.0.1%s/cancel/1".formatted(port);
      assertThat(beginning(local, prediction(stream, other)).kind()).isEqualTo(Kind.MALFORMED);
    }
  }

  @Test
  void theUsualPortIsTheSameWhetherItIsNamedOrNot() {
    ReplicateDialect named = new ReplicateDialect(URI.create("https://models.example:443"));
    String stream = "https://models.example/stream/1";
    String cancel = "https://models.example:443/cancel/1";
    assertThat(named.begun(prediction(stream, cancel), "s").stream()).hasToString("GET " + stream);
  }

  @ParameterizedTest
  @ValueSource(strings = {"api.replicate.com", "ftp://api.replicate.com", "https:/path"})
  void refusesBasesThatAreNone(String base) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ReplicateDialect(URI.create(base)))
        .withMessageContaining("base URL");
  }

  @Test
  void tellsWhyNothingWasBegun() {
    assertThat(beginning(dialect, answer(201, "{\"urls\":{\"cancel\":\"" + CANCEL + "\"}}")))
        .hasMessage("this model of Replicate does not stream its output")
        .extracting(ModelException::kind)
        .isEqualTo(Kind.INVALID_REQUEST);
    assertThat(beginning(dialect, answer(201, "{\"status\":\"failed\",\"error\":\"no GPU\"}")))
        .hasMessage("the prediction failed: no GPU")
        .extracting(ModelException::kind)
        .isEqualTo(Kind.FAILED);
    assertThat(beginning(dialect, answer(201, "{}")).kind()).isEqualTo(Kind.MALFORMED);
    assertThat(beginning(dialect, answer(201, "{")).kind()).isEqualTo(Kind.MALFORMED);
    assertThat(beginning(dialect, answer(402, "{\"detail\":\"pay\"}")).kind())
        .isEqualTo(Kind.PERMISSION_DENIED);
  }

  @Test
  void readsOutput() {
    assertThat(
            read(
                """
                event: output
                id: 1690212292:0
                data: Once upon

                : hi

                event: output
                id: 1690212293:0
                data:  a time
                data: there

                event: output
                id: 1690212294:0
                data:\s

                event: logs
                id: 1690212294:1
                data: warm

                event: done
                data: {}

                event: output
                data: late

                """))
        .isEqualTo(
            List.of(
                STARTED,
                new Text("Once upon"),
                new Text(" a time\nthere"),
                new Finished(StopReason.STOP, "", Usage.UNKNOWN)));
  }

  @Test
  void readsAnAnswerOfNothing() {
    assertThat(read("event: done\ndata: {}\n\n"))
        .isEqualTo(List.of(STARTED, new Finished(StopReason.STOP, "", Usage.UNKNOWN)));
    assertThat(read("event: done\ndata: {\"reason\":\"tired\"}\n\n"))
        .isEqualTo(List.of(STARTED, new Finished(StopReason.OTHER, "tired", Usage.UNKNOWN)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "error | {\"detail\":\"no GPU\"} | FAILED | the prediction failed: no GPU",
        "error | no GPU | FAILED | the prediction failed: no GPU",
        "done | {\"reason\":\"error\"} | FAILED | the prediction failed: it did not say why",
        "done | {\"reason\":\"canceled\"} | CUT | the prediction was cancelled",
        "done | {\"rea | MALFORMED | the provider sent no end of a prediction: {\"rea",
        "done | [] | MALFORMED | the provider sent no end of a prediction: []",
        "done | {\"reason\":7} | MALFORMED | the provider sent no text as reason: 7",
        "error | {\"detail\":7} | FAILED | the prediction failed: {\"detail\":7}",
        "logs | x | CUT | the stream ended without done"
      })
  void tellsOfErrorsAfterWhatCame(String name, String data, Kind kind, String message) {
    List<ModelEvent> events = new ArrayList<>();
    ModelException e =
        catchThrowableOfType(
            ModelException.class,
            () ->
                readInto(
                    "event: output\ndata: Hi\n\nevent: %s\ndata: %s\n\n".formatted(name, data),
                    events));
    assertThat(e.kind()).isEqualTo(kind);
    assertThat(e).hasMessage(message);
    assertThat(events).isEqualTo(List.of(STARTED, new Text("Hi")));
  }

  @Test
  void verifiesByTheAccount() {
    assertThat(dialect.list("s3cret")).hasToString("GET /v1/account");
    assertThat(dialect.list("s3cret").headers())
        .isEqualTo(Map.of("authorization", "Bearer s3cret", "accept", "application/json"));
    assertThat(dialect.listed(answer(200, "{\"username\":\"acme\"}"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "401, UNAUTHENTICATED",
    "402, PERMISSION_DENIED",
    "404, NOT_FOUND",
    "422, INVALID_REQUEST",
    "429, RATE_LIMITED",
    "500, FAILED",
    "503, OVERLOADED"
  })
  void mapsRefusals(int status, Kind kind) {
    ModelException e = dialect.refusal(answer(status, "{\"title\":\"No\",\"detail\":\"not so\"}"));
    assertThat(e.kind()).isEqualTo(kind);
    assertThat(e).hasMessage("the provider answered with %d: not so", status);
    assertThat(e.retryAfter()).hasSeconds(3);
    assertThat(dialect.refusal(answer(status, "{\"title\":\"No\"}")))
        .hasMessage("the provider answered with %d: No", status);
    assertThat(dialect.refusal(answer(status, "<html>")))
        .hasMessage("the provider answered with %d: <html>", status);
    assertThat(dialect.refusal(answer(status, "")))
        .hasMessage("the provider answered with %d: nothing more", status);
  }

  private static Turn user(String text) {
    return Turn.of(Role.USER, text);
  }

  private static Prompt with(
      Sampling sampling, List<Tool> tools, ToolChoice choice, OutputFormat output) {
    return new Prompt(MODEL, List.of(user("Hello")), sampling, tools, choice, output);
  }

  private static HttpAnswer prediction(String stream, String cancel) {
    return answer(
        201,
        """
        {"id":"p1","status":"starting","urls":{"get":"https://api.replicate.com/v1/predictions/p1",
         "stream":"%s","cancel":"%s"}}
        """
            .formatted(stream, cancel));
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

  private static ModelException beginning(ReplicateDialect dialect, HttpAnswer answer) {
    return catchThrowableOfType(ModelException.class, () -> dialect.begun(answer, "s"));
  }

  private List<ModelEvent> read(String transcript) {
    List<ModelEvent> events = new ArrayList<>();
    readInto(transcript, events);
    return events;
  }

  private void readInto(String transcript, List<ModelEvent> events) {
    Transcripts.read(transcript, dialect, events);
  }
}
