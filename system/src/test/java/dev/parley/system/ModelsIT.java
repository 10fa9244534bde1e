package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.parley.model.v1.Answer;
import dev.parley.model.v1.AnthropicServiceGrpc;
import dev.parley.model.v1.AzureServiceGrpc;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.CohereServiceGrpc;
import dev.parley.model.v1.Credential;
import dev.parley.model.v1.Finished;
import dev.parley.model.v1.GeminiServiceGrpc;
import dev.parley.model.v1.Image;
import dev.parley.model.v1.ListModelsRequest;
import dev.parley.model.v1.MistralServiceGrpc;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.model.v1.OpenAiServiceGrpc;
import dev.parley.model.v1.Part;
import dev.parley.model.v1.Role;
import dev.parley.model.v1.Schema;
import dev.parley.model.v1.StopReason;
import dev.parley.model.v1.Tool;
import dev.parley.model.v1.ToolCall;
import dev.parley.model.v1.ToolResult;
import dev.parley.model.v1.Turn;
import dev.parley.model.v1.VerifyCredentialRequest;
import dev.parley.model.v1.VerifyCredentialResponse;
import dev.parley.model.v1.VertexAiServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Every provider but Replicate, through a whole server, played by a program that others wrote: a
/// dialect that we misunderstood would pass its own tests, but not these.
///
/// Each question tells the provider's name, by which it is found in the journal of what was asked.
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModelsIT {
  private static final String STORY =
      "There was once a lighthouse keeper who wrote down every ship";

  /// A provider as it is configured.
  ///
  /// @param lines of the configuration, beside the address and the key
  /// @param path where questions are to go
  /// @param header that is to have the credential
  /// @param listing why its models cannot be listed here; null: they can
  private record Provider(
      String name,
      String model,
      String lines,
      String path,
      String header,
      ModelError.@Nullable Kind listing) {
    String route() {
      return name + "/" + model;
    }

    /// Whether its structured output is OpenAI's.
    boolean isOpenAi() {
      return path.endsWith("/chat/completions");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /// A service that stands for a provider.
  private record Service(
      String provider,
      MethodDescriptor<ChatRequest, ChatResponse> streamChat,
      MethodDescriptor<ChatRequest, ChatResponse> chat) {
    @Override
    public String toString() {
      return streamChat.getServiceName();
    }
  }

  private @Nullable Aimock aimock;
  private @Nullable ServerProcess server;
  private @Nullable LeftBehind left;
  private @Nullable ManagedChannel channel;

  static Stream<Provider> providers() {
    String completions = "/v1/chat/completions";
    String bearer = "authorization";
    return Stream.of(
        new Provider("openai", "gpt-5-mini", "", completions, bearer, null),
        new Provider("azure", "chat", "", "/openai" + completions, "api-key", null),
        // Azure lists models there; aimock knows only the newer path.
        new Provider(
            "azure-dated",
            "chat-dated",
            "kind = azure, api-version = 2024-10-21",
            "/openai/deployments/chat-dated/chat/completions?api-version=2024-10-21",
            "api-key",
            ModelError.Kind.KIND_NOT_FOUND),
        // Google lists models, which aimock does not.
        new Provider(
            "gemini",
            "gemini-2.5-flash",
            "",
            "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
            "x-goog-api-key",
            ModelError.Kind.KIND_NOT_FOUND),
        new Provider(
            "vertex",
            "gemini-2.5-pro",
            "project = my-project, location = europe-west4",
            "/v1/projects/my-project/locations/europe-west4/publishers/google/models/gemini-2.5-pro"
                + ":streamGenerateContent?alt=sse",
            bearer,
            ModelError.Kind.KIND_NOT_FOUND),
        new Provider("anthropic", "claude-sonnet-4-5", "", "/v1/messages", "x-api-key", null),
        // Cohere's list is of another form than OpenAI's, which is the only one that aimock has.
        new Provider(
            "cohere", "command-a-03-2025", "", "/v2/chat", bearer, ModelError.Kind.KIND_MALFORMED),
        new Provider("mistral", "mistral-large-2512", "", completions, bearer, null),
        new Provider("compatible", "llama3.2", "", completions, bearer, null));
  }

  static Stream<Service> services() {
    return Stream.of(
        new Service(
            "openai", OpenAiServiceGrpc.getStreamChatMethod(), OpenAiServiceGrpc.getChatMethod()),
        new Service(
            "azure", AzureServiceGrpc.getStreamChatMethod(), AzureServiceGrpc.getChatMethod()),
        new Service(
            "gemini", GeminiServiceGrpc.getStreamChatMethod(), GeminiServiceGrpc.getChatMethod()),
        new Service(
            "vertex",
            VertexAiServiceGrpc.getStreamChatMethod(),
            VertexAiServiceGrpc.getChatMethod()),
        new Service(
            "anthropic",
            AnthropicServiceGrpc.getStreamChatMethod(),
            AnthropicServiceGrpc.getChatMethod()),
        new Service(
            "cohere", CohereServiceGrpc.getStreamChatMethod(), CohereServiceGrpc.getChatMethod()),
        new Service(
            "mistral",
            MistralServiceGrpc.getStreamChatMethod(),
            MistralServiceGrpc.getChatMethod()));
  }

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    Path fixtures =
        Path.of(Objects.requireNonNull(ModelsIT.class.getResource("aimock.json")).toURI());
    String key = Canary.next("the key of all providers").secret();
    aimock = Aimock.start(fixtures, key, folder.resolve("aimock.txt"));
    StringBuilder lines = new StringBuilder();
    for (Provider provider : providers().toList()) {
      String prefix = "provider." + provider.name() + ".";
      lines.append("%sbase-url = %s%n%skey = %s%n".formatted(prefix, aimock.url(), prefix, key));
      lines.append(prefix + "circuit-breaker = off\n"); // many failures are wanted here
      for (String line : provider.lines().split(", ", -1)) {
        lines.append(line.isEmpty() ? "" : prefix + line).append('\n');
      }
    }
    Path configuration = Files.writeString(folder.resolve("parley.conf"), lines);
    left = LeftBehind.of("models");
    server = ServerProcess.start(left.data(), 0, "--config", configuration.toString());
    channel = RawStream.channel(server.address());
  }

  @AfterAll
  void stop() throws IOException {
    if (channel != null) {
      channel.shutdownNow();
    }
    if (server != null && left != null) {
      List<String> errors = server.log("ERROR");
      server.close();
      left.keepLog(server);
      assertThat(errors).isEmpty();
    }
    if (aimock != null) {
      aimock.close();
    }
  }

  private ManagedChannel channel() {
    return Objects.requireNonNull(channel);
  }

  private List<JsonNode> asked(String said) {
    return Objects.requireNonNull(aimock).asked(said);
  }

  private static Turn.Builder said(Role role, String text) {
    return Turn.newBuilder().setRole(role).setText(text);
  }

  private static ChatRequest.Builder question(Provider provider, String text) {
    return ChatRequest.newBuilder()
        .setRequestId(text)
        .setModel(provider.route())
        .addTurns(said(Role.ROLE_USER, "%s, %s!".formatted(text, provider)));
  }

  private static ChatRequest greeting(Provider provider) {
    return question(provider, "Greet me")
        .addTurns(0, said(Role.ROLE_SYSTEM, "You speak like a sailor."))
        .build();
  }

  private ModelAnswer ask(ChatRequest question) {
    try (ModelCall call = ModelCall.open(channel())) {
      return call.ask(question);
    }
  }

  private Answer askWhole(ChatRequest question) {
    return ModelServiceGrpc.newBlockingStub(channel()).chat(question).getAnswer();
  }

  /// Mistral tells what was used without being asked to, and refuses fields that it does not know;
  /// aimock has the field of OpenAI's asked for by all that speak alike.
  private static void assertUsage(Finished finished, Provider provider) {
    if (!provider.name().equals("mistral")) {
      assertThat(finished.getUsage().getInputTokens()).isEqualTo(21);
      assertThat(finished.getUsage().getOutputTokens()).isEqualTo(12);
    }
  }

  private static void assertGreets(String text) {
    assertThat(text).isEqualTo("Ahoy there, and a fair wind to you on this fine morning!");
  }

  @ParameterizedTest
  @MethodSource("providers")
  void answerIsStreamed(Provider provider) {
    ModelAnswer answer = ask(greeting(provider));
    assertGreets(answer.text());
    assertThat(answer.texts()).isGreaterThan(2);
    assertThat(answer.started().getRoute()).isEqualTo(provider.route());
    assertThat(answer.finished().getReason()).isEqualTo(StopReason.STOP_REASON_STOP);
    assertUsage(answer.finished(), provider);
    JsonNode asked = asked("Greet me, %s!".formatted(provider)).getLast();
    assertThat(asked.path("path").asString()).isEqualTo(provider.path());
    assertThat(asked.path("headers").has(provider.header())).isTrue();
  }

  @ParameterizedTest
  @MethodSource("providers")
  void answerIsGivenWhole(Provider provider) {
    Answer answer = askWhole(greeting(provider));
    assertGreets(answer.getText());
    assertThat(answer.getFinished().getReason()).isEqualTo(StopReason.STOP_REASON_STOP);
    assertUsage(answer.getFinished(), provider);
  }

  @ParameterizedTest
  @MethodSource("services")
  void serviceStandsForItsProvider(Service service) {
    Provider provider =
        providers().filter(p -> p.name().equals(service.provider())).findAny().orElseThrow();
    ChatRequest question = greeting(provider).toBuilder().setModel(provider.model()).build();
    try (ModelCall call = ModelCall.open(channel(), service.streamChat())) {
      ModelAnswer answer = call.ask(question);
      assertGreets(answer.text());
      assertThat(answer.started().getRoute()).isEqualTo(provider.route());
    }
    ChatResponse whole =
        ClientCalls.blockingUnaryCall(channel(), service.chat(), CallOptions.DEFAULT, question);
    assertGreets(whole.getAnswer().getText());
  }

  @ParameterizedTest
  @MethodSource("providers")
  void thoughtsAreKeptApart(Provider provider) {
    ModelAnswer answer = ask(question(provider, "Think aloud").build());
    String thoughts = "Six times seven makes that, I believe.";
    if (provider.name().equals("cohere")) {
      // Cohere sends a content of the type `thinking`; aimock sends thoughts as text.
      assertThat(answer.text()).isEqualTo(thoughts + "Forty-two.");
      return;
    }
    assertThat(answer.text()).isEqualTo("Forty-two.");
    assertThat(answer.reasoning().getText()).isEqualTo(thoughts);
    assertThat(answer.reasoning().getSignature())
        .isEqualTo(provider.name().equals("anthropic") ? "c2lnbmVk" : "");
  }

  /// What becomes of the image can be seen with OpenAI's protocol only: of the others, aimock's
  /// journal does not have it. That they take the question shows that it is not malformed.
  @ParameterizedTest
  @MethodSource("providers")
  void imagesAreTaken(Provider provider) {
    ChatRequest.Builder question = question(provider, "Look").clearTurns();
    question
        .addTurnsBuilder()
        .setRole(Role.ROLE_USER)
        .addParts(part("What is in the picture, %s?".formatted(provider)))
        .addParts(
            Part.newBuilder()
                .setImage(
                    Image.newBuilder()
                        .setMediaType("image/png")
                        .setData(ByteString.copyFromUtf8("dots"))));
    assertThat(ask(question.build()).text()).isEqualTo("A red dot.");
    if (provider.isOpenAi()) {
      assertThat(asked("picture, " + provider).getLast().toString())
          .contains("data:image/png;base64,ZG90cw==");
    }
  }

  private static Part part(String text) {
    return Part.newBuilder().setText(text).build();
  }

  @ParameterizedTest
  @MethodSource("providers")
  void toolsAreOfferedCalledAndAnswered(Provider provider) {
    ChatRequest.Builder question =
        question(provider, "How is the weather in Ulm and Bonn")
            .addTools(
                Tool.newBuilder()
                    .setName("weather")
                    .setDescription("Tells the weather of a city.")
                    .setParameters(
                        """
                        {"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}
                        """));
    ModelAnswer first = ask(question.build());
    List<ToolCall> calls = first.calls();
    assertThat(calls).extracting(ToolCall::getId).containsExactly("call_1", "call_2");
    assertThat(calls).extracting(ToolCall::getName).containsOnly("weather");
    assertThat(calls)
        .extracting(ToolCall::getArguments)
        .containsExactly("{\"city\":\"Ulm\",\"unit\":\"celsius\"}", "{\"city\":\"Bonn\"}");
    // Gemini says STOP, whatever it wants; aimock says FUNCTION_CALL, which is none of its words.
    assertThat(first.finished().getReason())
        .isEqualTo(
            first.finished().getProviderReason().equals("FUNCTION_CALL")
                ? StopReason.STOP_REASON_OTHER
                : StopReason.STOP_REASON_TOOL_CALLS);

    Turn.Builder called = question.addTurnsBuilder().setRole(Role.ROLE_ASSISTANT);
    Turn.Builder results = question.addTurnsBuilder().setRole(Role.ROLE_TOOL);
    for (ToolCall call : calls) {
      called.addPartsBuilder().setToolCall(call);
      results
          .addPartsBuilder()
          .setToolResult(
              ToolResult.newBuilder()
                  .setCallId(call.getId())
                  .setName(call.getName())
                  .setContent(call.getArguments().contains("Ulm") ? "12 degrees" : "14 degrees"));
    }
    ModelAnswer second = ask(question.build());
    assertThat(second.text()).isEqualTo("It is 12 degrees in Ulm and 14 in Bonn.");
    assertThat(second.finished().getReason()).isEqualTo(StopReason.STOP_REASON_STOP);
  }

  @ParameterizedTest
  @MethodSource("providers")
  void answerOfAFormIsAskedFor(Provider provider) {
    ChatRequest.Builder question = question(provider, "Answer as JSON");
    question
        .getOutputFormatBuilder()
        .setSchema(
            Schema.newBuilder()
                .setName("answer")
                .setSchema(
                    """
                    {"type":"object","properties":{"answer":{"type":"integer"}}}
                    """));
    // With OpenAI's protocol and Cohere's, aimock knows no other answer to this than to a question
    // for the form; of the other providers it does not see what form is asked for.
    assertThat(ask(question.build()).text()).isEqualTo("{\"answer\":42}");
    if (provider.isOpenAi()) {
      JsonNode body = asked("Answer as JSON, " + provider).getLast().path("body");
      assertThat(body.at("/response_format/json_schema/name").asString()).isEqualTo("answer");
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void errorBeforeTheAnswerHasItsKind(Provider provider) {
    Map<String, ModelError.Kind> kinds =
        Map.of(
            "Answer with 404", ModelError.Kind.KIND_NOT_FOUND,
            "Answer with 429", ModelError.Kind.KIND_RATE_LIMITED,
            "Answer with 500", ModelError.Kind.KIND_FAILED,
            "Answer with 529", ModelError.Kind.KIND_OVERLOADED);
    Map<String, ModelError> errors = new HashMap<>();
    try (ModelCall call = ModelCall.open(channel())) {
      kinds.keySet().forEach(text -> call.send(question(provider, text).build()));
      while (errors.size() < kinds.size()) {
        ChatResponse response = call.next();
        assertThat(response.hasError()).as(response.toString()).isTrue();
        assertThat(errors.put(response.getRequestId(), response.getError())).isNull();
      }
    }
    kinds.forEach(
        (text, kind) ->
            assertThat(Objects.requireNonNull(errors.get(text)).getKind())
                .as(text)
                .isEqualTo(kind));
    ModelError limited = Objects.requireNonNull(errors.get("Answer with 429"));
    assertThat(limited.getRetryAfter()).isEqualTo(Duration.newBuilder().setSeconds(30).build());
    assertThat(limited.getRoute()).isEqualTo(provider.route());
    assertThat(limited.getMessage()).contains("429").contains("slow down");
  }

  @ParameterizedTest
  @MethodSource("providers")
  void credentialOfTheQuestionIsTheOneThatCounts(Provider provider) {
    ChatRequest.Builder question = greeting(provider).toBuilder();
    question.setCredential(Credential.newBuilder().setSecret(Canary.next("a wrong key").secret()));
    ModelError error = ask(question.build()).error();
    assertThat(error.getKind()).isEqualTo(ModelError.Kind.KIND_UNAUTHENTICATED);
    assertThat(error.getMessage()).contains("401");
    assertThatThrownBy(() -> askWhole(question.build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
  }

  @ParameterizedTest
  @MethodSource("providers")
  void whoIsToWaitAsksAgain(Provider provider) {
    assertThat(ask(question(provider, "Refuse once").build()).text()).isEqualTo("Now it works.");
    assertThat(asked("Refuse once, " + provider)).hasSize(2);
  }

  @ParameterizedTest
  @MethodSource("providers")
  void answerThatBreaksOffIsCutAfterWhatCame(Provider provider) {
    ChatRequest question = question(provider, "Break off").build();
    ModelAnswer answer = ask(question);
    assertThat(answer.error().getKind()).isEqualTo(ModelError.Kind.KIND_CUT);
    assertThat(answer.text()).startsWith(STORY.substring(0, 20)).hasSizeLessThan(120);
    assertThatThrownBy(() -> askWhole(question))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }

  @ParameterizedTest
  @MethodSource("providers")
  void nothingAndNonsenseAreNoAnswers(Provider provider) {
    for (String text : List.of("Hang up", "Talk nonsense")) {
      ModelAnswer answer = ask(question(provider, text).build());
      assertThat(answer.text()).isEmpty();
      assertThat(answer.error().getKind())
          .as(answer.toString())
          .isIn(ModelError.Kind.KIND_CUT, ModelError.Kind.KIND_MALFORMED);
    }
  }

  @Test
  void questionsToAllProvidersAreAnsweredOnOneStream() {
    Map<String, ModelAnswer> answers = new HashMap<>();
    int each = 5;
    try (ModelCall call = ModelCall.open(channel())) {
      for (Provider provider : providers().toList()) {
        for (int i = 0; i < each; i++) {
          String id = provider + " " + i;
          answers.put(id, new ModelAnswer());
          call.send(greeting(provider).toBuilder().setRequestId(id).build());
        }
      }
      while (!answers.values().stream().allMatch(ModelAnswer::hasEnded)) {
        ChatResponse response = call.next();
        Objects.requireNonNull(answers.get(response.getRequestId())).add(response);
      }
    }
    answers.forEach(
        (id, answer) -> {
          assertGreets(answer.text());
          assertThat(id).startsWith(answer.started().getRoute().replaceAll("/.*", " "));
        });
  }

  @ParameterizedTest
  @MethodSource("providers")
  void cancelledQuestionIsHeardOfNoMore(Provider provider) {
    ChatRequest slow = question(provider, "Take your time").build();
    try (ModelCall call = ModelCall.open(channel())) {
      call.send(slow);
      ChatResponse piece = call.next();
      while (!piece.hasText()) {
        piece = call.next();
      }
      call.send(ChatRequest.newBuilder().setRequestId(slow.getRequestId()).setCancel(true).build());
      while (!piece.hasError()) {
        piece = call.next();
      }
      assertThat(piece.getRequestId()).isEqualTo(slow.getRequestId());
      assertThat(piece.getError().getKind()).isEqualTo(ModelError.Kind.KIND_CANCELLED);
      assertGreets(call.ask(greeting(provider)).text()); // and nothing else comes in between
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void credentialIsVerified(Provider provider) {
    VerifyCredentialRequest.Builder request =
        VerifyCredentialRequest.newBuilder().setProvider(provider.name());
    VerifyCredentialResponse configured = verify(request);
    if (provider.listing() == null) {
      assertThat(configured.getValid()).as(configured.toString()).isTrue();
    } else {
      assertThat(configured.getError().getKind()).isEqualTo(provider.listing());
    }
    request.getCredentialBuilder().setSecret(Canary.next("a wrong key").secret());
    VerifyCredentialResponse wrong = verify(request);
    assertThat(wrong.getValid()).isFalse();
    assertThat(wrong.getError().getKind()).isEqualTo(ModelError.Kind.KIND_UNAUTHENTICATED);
  }

  private VerifyCredentialResponse verify(VerifyCredentialRequest.Builder request) {
    return ModelServiceGrpc.newBlockingStub(channel()).verifyCredential(request.build());
  }

  @Test
  void modelsAreListed() {
    Map<String, dev.parley.model.v1.Provider> listed = new HashMap<>();
    ModelServiceGrpc.newBlockingStub(channel())
        .listModels(ListModelsRequest.getDefaultInstance())
        .getProvidersList()
        .forEach(provider -> listed.put(provider.getName(), provider));
    for (Provider provider : providers().toList()) {
      dev.parley.model.v1.Provider told = Objects.requireNonNull(listed.get(provider.name()));
      if (provider.listing() == null) {
        assertThat(told.getModelsList()).contains(provider.model());
      } else {
        assertThat(told.getError().getKind()).as(told.toString()).isEqualTo(provider.listing());
      }
    }
  }
}
