package dev.parley.server.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import dev.parley.model.v1.Answer;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.ModelError.Kind;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.model.v1.Role;
import dev.parley.model.v1.Turn;
import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import dev.parley.testkit.http.FakeProvider;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is told of an answer that breaks off and was asked for as a whole, over sockets: clients of
/// gRPC have their usual limit of headers.
@Timeout(60)
class BrokenAnswerTest {
  private volatile FakeProvider.Script script = exchange -> exchange.answer(500, "{}");
  private final FakeProvider provider = new FakeProvider(exchange -> script.play(exchange));

  @RegisterExtension
  final ServerExtension server =
      new ServerExtension()
          .with(Setting.HTTP, "127.0.0.1:0")
          .withLines(
              """
              provider.fake.kind = compatible
              provider.fake.base-url = %1$s
              provider.hasty.kind = compatible
              provider.hasty.base-url = %1$s
              provider.hasty.token-timeout = 1s
              """
                  .formatted(provider.url()));

  @AfterEach
  void close() throws IOException {
    provider.close();
  }

  private static void delta(FakeProvider.Exchange exchange, String delta) throws IOException {
    exchange.data(
        "{\"id\":\"up-1\",\"model\":\"m-1\",\"choices\":[{\"delta\":%s}]}".formatted(delta));
  }

  private static void fail(FakeProvider.Exchange exchange, String how)
      throws IOException, InterruptedException {
    switch (how) {
      case "cut" -> exchange.cut();
      case "stall" -> exchange.stall();
      case "broken" -> exchange.data("{broken");
      default -> exchange.data("{\"error\":{\"message\":\"%s\"}}".formatted(how));
    }
  }

  private StatusRuntimeException chat(String model) {
    ChatRequest question =
        ChatRequest.newBuilder()
            .setModel(model)
            .addTurns(Turn.newBuilder().setRole(Role.ROLE_USER).setText("hello"))
            .build();
    ModelServiceGrpc.ModelServiceBlockingStub stub =
        ModelServiceGrpc.newBlockingStub(server.connect());
    return catchThrowableOfType(StatusRuntimeException.class, () -> stub.chat(question));
  }

  private static List<Any> details(StatusRuntimeException e) {
    return StatusProto.fromStatusAndTrailers(e.getStatus(), e.getTrailers()).getDetailsList();
  }

  @ParameterizedTest
  @CsvSource({
    "cut, UNAVAILABLE, KIND_CUT",
    "stall, DEADLINE_EXCEEDED, KIND_TIMEOUT",
    "oh, UNAVAILABLE, KIND_FAILED",
    "broken, INTERNAL, KIND_MALFORMED"
  })
  void theStatusHoldsWhatHadCome(String how, Status.Code code, Kind kind) throws Exception {
    script =
        exchange -> {
          exchange.stream();
          delta(exchange, "{\"reasoning_content\":\"Hm\"}");
          delta(exchange, "{\"content\":\"grün\"}");
          delta(exchange, "{\"content\":\" 😀\"}");
          delta(
              exchange,
              "{\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}");
          fail(exchange, how);
        };
    String model = how.equals("stall") ? "hasty/m" : "fake/m";
    StatusRuntimeException e = chat(model);
    assertThat(e.getStatus().getCode()).isEqualTo(code);
    assertThat(details(e)).hasSize(2);
    assertThat(details(e).get(0).unpack(ModelError.class).getKind()).isEqualTo(kind);
    Answer answer = details(e).get(1).unpack(Answer.class);
    assertThat(answer.getStarted().getRoute()).isEqualTo(model);
    assertThat(answer.getReasoning(0).getText()).isEqualTo("Hm");
    assertThat(answer.getText()).isEqualTo("grün 😀");
    assertThat(answer.getToolCalls(0).getArguments()).isEqualTo("{");
    assertThat(answer.hasFinished()).isFalse();
    assertThat(answer.getTruncated()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "ü", "丝", "😀"})
  void theStatusHoldsWholeCharactersThatAnyClientTakes(String character) throws Exception {
    String long64KiB = character.repeat((64 << 10) / character.getBytes(UTF_8).length);
    script =
        exchange -> {
          exchange.stream();
          delta(exchange, "{\"content\":\"x%s\"}".formatted(long64KiB));
          fail(exchange, character.repeat(3_000)); // told in percent-encoding and in the details
        };
    StatusRuntimeException e = chat("fake/m");
    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(e.getStatus().getDescription()).endsWith(character);
    Answer answer = details(e).get(1).unpack(Answer.class);
    assertThat(answer.getTruncated()).isTrue();
    assertThat(answer.getStarted().getRoute()).isEqualTo("fake/m");
    assertThat("x" + long64KiB).startsWith(answer.getText());
    assertThat(answer.getText()).endsWith(character);
    assertThat(answer.getText().getBytes(UTF_8)).hasSizeBetween(1_500, 5_000);
  }

  @Test
  void ofAnAnswerThatNeverBeganThereIsNothing() {
    script = exchange -> exchange.answer(400, "{\"error\":{\"message\":\"no\"}}");
    assertThat(details(chat("fake/m"))).hasSize(1);
  }

  @Test
  void overHttpTheErrorHoldsAllThatHadCome() throws Exception {
    String long64KiB = "word ".repeat(13_000);
    script =
        exchange -> {
          exchange.stream();
          delta(exchange, "{\"reasoning_content\":\"Hm\"}");
          delta(exchange, "{\"content\":\"%s\"}".formatted(long64KiB));
          fail(exchange, "cut");
        };
    JsonNode error = post().path("error");
    assertThat(error.path("code").stringValue()).isEqualTo("provider_cut");
    assertThat(error.path("partial"))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {"role":"assistant","content":"%s","refusal":null,"reasoning_content":"Hm"}
                    """
                        .formatted(long64KiB)));
    script = exchange -> exchange.answer(400, "{\"error\":{\"message\":\"no\"}}");
    assertThat(post().path("error").has("partial")).isFalse();
  }

  private JsonNode post() throws Exception {
    String body = "{\"model\":\"fake/m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:%d/v1/chat/completions"
                        .formatted(server.httpAddress().getPort())))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return JsonMapper.shared().readTree(client.send(request, BodyHandlers.ofString()).body());
    }
  }
}
