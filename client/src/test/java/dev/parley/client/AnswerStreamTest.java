package dev.parley.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import dev.parley.model.v1.Answer;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.ChatResponse.EventCase;
import dev.parley.model.v1.Drain;
import dev.parley.model.v1.Finished;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.model.v1.Reasoning;
import dev.parley.model.v1.Started;
import dev.parley.model.v1.StopReason;
import dev.parley.model.v1.ToolCall;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Questions to models: by a stream, and where none comes through, by the unary call.
@Timeout(60)
class AnswerStreamTest {
  private static final String NAME = "answers";
  private static final ChatRequest QUESTION =
      ChatRequest.newBuilder().setRequestId("q").setModel("simulated").build();
  private static final Finished FINISHED =
      Finished.newBuilder().setReason(StopReason.STOP_REASON_TOOL_CALLS).build();
  private static final Answer ANSWER =
      Answer.newBuilder()
          .setStarted(Started.newBuilder().setRoute("simulated/simulated"))
          .addReasoning(Reasoning.newBuilder().setText("hm").setSignature("s"))
          .setText("Hello")
          .addToolCalls(ToolCall.newBuilder().setId("c").setName("f").setArguments("{}"))
          .setFinished(FINISHED)
          .build();

  private final ManualLoop loop = new ManualLoop();
  private final Models models = new Models();
  private Server server;
  private ParleyClient client;

  /// Answers as it is told to.
  private static final class Models extends ModelServiceGrpc.ModelServiceImplBase {
    final List<String> asked = new CopyOnWriteArrayList<>();
    Consumer<StreamObserver<ChatResponse>> stream =
        out -> out.onError(Status.UNIMPLEMENTED.asException());
    Consumer<StreamObserver<ChatResponse>> unary =
        out -> {
          out.onNext(ChatResponse.newBuilder().setRequestId("q").setAnswer(ANSWER).build());
          out.onCompleted();
        };

    @Override
    public StreamObserver<ChatRequest> streamChat(StreamObserver<ChatResponse> out) {
      asked.add("StreamChat");
      return new StreamObserver<>() {
        @Override
        public void onNext(ChatRequest question) {
          stream.accept(out);
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
      };
    }

    @Override
    public void chat(ChatRequest question, StreamObserver<ChatResponse> out) {
      asked.add("Chat");
      unary.accept(out);
    }
  }

  @BeforeEach
  void start() throws IOException {
    server =
        InProcessServerBuilder.forName(NAME).directExecutor().addService(models).build().start();
    client = client(InProcessChannelBuilder.forName(NAME).directExecutor()::build);
  }

  private ParleyClient client(java.util.function.Supplier<io.grpc.ManagedChannel> channel) {
    return ParleyClient.builder("server:1")
        .user("me")
        .environment(new Environment(loop, Runnable::run, Runnable::run, new SplittableRandom(1)))
        .channelFactory(_ -> channel.get())
        .build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
  }

  private List<ChatResponse> ask() throws InterruptedException {
    return ask(client);
  }

  private static List<ChatResponse> ask(ParleyClient client) throws InterruptedException {
    List<ChatResponse> pieces = new ArrayList<>();
    try (AnswerStream answer = client.ask(QUESTION)) {
      for (ChatResponse piece = answer.next(); piece != null; piece = answer.next()) {
        pieces.add(piece);
      }
    }
    return pieces;
  }

  private ParleyException failure() {
    return catchThrowableOfType(ParleyException.class, this::ask);
  }

  private static Throwable refusal(Status.Code code, String words, Message... details) {
    return StatusProto.toStatusException(
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .setMessage(words)
            .addAllDetails(Stream.of(details).map(Any::pack).toList())
            .build());
  }

  @Test
  void whatTheStreamSaysIsToldButThatTheServerStops() throws Exception {
    models.stream =
        out -> {
          out.onNext(ChatResponse.newBuilder().setDrain(Drain.getDefaultInstance()).build());
          out.onNext(ChatResponse.newBuilder().setRequestId("q").setText("Hello").build());
          out.onNext(ChatResponse.newBuilder().setRequestId("q").setFinished(FINISHED).build());
        };
    assertThat(ask())
        .extracting(ChatResponse::getEventCase)
        .containsExactly(EventCase.TEXT, EventCase.FINISHED);
    assertThat(models.asked).containsExactly("StreamChat");
  }

  @Test
  void whereThereIsNoStreamTheWholeAnswerComesInTheSamePieces() throws Exception {
    List<ChatResponse> pieces = ask();
    assertThat(pieces).extracting(ChatResponse::getRequestId).containsOnly("q");
    assertThat(pieces)
        .extracting(ChatResponse::getEventCase)
        .containsExactly(
            EventCase.STARTED,
            EventCase.REASONING,
            EventCase.TEXT,
            EventCase.TOOL_CALL,
            EventCase.FINISHED);
    assertThat(pieces.getFirst().getStarted()).isEqualTo(ANSWER.getStarted());
    assertThat(pieces.get(1).getReasoning()).isEqualTo(ANSWER.getReasoning(0));
    assertThat(pieces.get(2).getText()).isEqualTo("Hello");
    assertThat(pieces.get(3).getToolCall()).isEqualTo(ANSWER.getToolCalls(0));
    assertThat(pieces.getLast().getFinished()).isEqualTo(FINISHED);
  }

  @Test
  void thatThereIsNoStreamIsRememberedForATime() throws Exception {
    ask();
    loop.advance(Detour.LASTS.minusSeconds(1));
    ask();
    assertThat(models.asked).containsExactly("StreamChat", "Chat", "Chat");
    loop.advance(java.time.Duration.ofSeconds(1));
    ask();
    assertThat(models.asked).containsExactly("StreamChat", "Chat", "Chat", "StreamChat", "Chat");
  }

  @Test
  void nothingIsRememberedOfACallThatFailedInBothWays() {
    models.unary = out -> out.onError(Status.UNIMPLEMENTED.asException());
    assertThat(failure().code()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(failure().code()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(models.asked).containsExactly("StreamChat", "Chat", "StreamChat", "Chat");
  }

  @Test
  void anErrorOfTheModelIsTheSamePieceInBothWays() throws Exception {
    ModelError error =
        ModelError.newBuilder()
            .setKind(ModelError.Kind.KIND_RATE_LIMITED)
            .setMessage("too many")
            .setRoute("a/b")
            .setRetryAfter(Duration.newBuilder().setSeconds(3))
            .build();
    models.unary =
        out ->
            out.onError(
                refusal(
                    Status.Code.RESOURCE_EXHAUSTED,
                    "too many",
                    error.toBuilder().clearMessage().build()));
    assertThat(ask())
        .containsExactly(ChatResponse.newBuilder().setRequestId("q").setError(error).build());
    ask();
    assertThat(models.asked).containsExactly("StreamChat", "Chat", "Chat");
  }

  @Test
  void whatHadComeIsToldBeforeTheErrorInBothWays() throws Exception {
    ModelError error =
        ModelError.newBuilder().setKind(ModelError.Kind.KIND_CUT).setMessage("cut").build();
    Answer half = Answer.newBuilder().setStarted(ANSWER.getStarted()).setText("Hel").build();
    models.unary = out -> out.onError(refusal(Status.Code.UNAVAILABLE, "cut", error, half));
    ChatResponse.Builder piece = ChatResponse.newBuilder().setRequestId("q");
    assertThat(ask())
        .containsExactly(
            piece.clone().setStarted(ANSWER.getStarted()).build(),
            piece.clone().setText("Hel").build(),
            piece.clone().setError(error).build());
  }

  @Test
  void anErrorSaysIfOnlyTheBeginningIsTold() throws Exception {
    ModelError error = ModelError.newBuilder().setKind(ModelError.Kind.KIND_CUT).build();
    Answer beginning = Answer.newBuilder().setText("Hel").setTruncated(true).build();
    models.unary = out -> out.onError(refusal(Status.Code.UNAVAILABLE, "cut", error, beginning));
    assertThat(ask().getLast().getError())
        .isEqualTo(
            error.toBuilder().setMessage("cut; of the answer only the beginning is told").build());
  }

  @Test
  void whatHadComeIsToldBeforeAnExceptionToo() throws Exception {
    ErrorInfo draining = ErrorInfo.newBuilder().setReason("DRAINING").build();
    Answer half =
        Answer.newBuilder()
            .setStarted(ANSWER.getStarted())
            .setText("Hel")
            .setTruncated(true)
            .build();
    models.unary = out -> out.onError(refusal(Status.Code.UNAVAILABLE, "stops", draining, half));
    ChatResponse.Builder piece = ChatResponse.newBuilder().setRequestId("q");
    try (AnswerStream answer = client.ask(QUESTION)) {
      assertThat(answer.next()).isEqualTo(piece.clone().setStarted(ANSWER.getStarted()).build());
      assertThat(answer.next()).isEqualTo(piece.clone().setText("Hel").build());
      for (int time = 0; time < 2; time++) {
        assertThatThrownBy(answer::next)
            .isInstanceOf(ParleyException.class)
            .hasMessage("stops; of the answer only the beginning is told (DRAINING)");
      }
    }
  }

  @Test
  void nothingIsAskedTwiceOfWhichAPieceHadCome() throws Exception {
    models.stream =
        out -> {
          out.onNext(
              ChatResponse.newBuilder()
                  .setRequestId("q")
                  .setStarted(Started.getDefaultInstance())
                  .build());
          out.onError(Status.INTERNAL.withDescription("reset").asException());
        };
    try (AnswerStream answer = client.ask(QUESTION)) {
      assertThat(answer.next()).matches(ChatResponse::hasStarted);
      assertThatThrownBy(answer::next).hasMessageContaining("reset");
    }
    assertThat(models.asked).containsExactly("StreamChat");
  }

  @Test
  void anAnswerWithoutAnEndIsNoAnswer() {
    models.stream = StreamObserver::onCompleted;
    assertThat(failure()).hasMessageContaining("the stream ended before the answer did");
  }

  @Test
  void whatTheServerRefusesIsNotAskedAgain() {
    models.stream =
        out ->
            out.onError(
                refusal(
                    Status.Code.INTERNAL,
                    "a fault",
                    ErrorInfo.newBuilder().setReason("INTERNAL").build()));
    assertThat(failure().reason()).isEqualTo("INTERNAL");
    models.stream = out -> out.onError(Status.UNAVAILABLE.asException());
    assertThat(failure().code()).isEqualTo(Status.Code.UNAVAILABLE);
    models.stream = out -> out.onError(Status.PERMISSION_DENIED.asException());
    assertThat(failure().code()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(models.asked).containsOnly("StreamChat");
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 405, 415, 464, 501, RefusingProxy.RESET})
  void aProxyThatLetsNoStreamThroughIsGoneAround(int httpStatus) throws Exception {
    ChatResponse whole = ChatResponse.newBuilder().setRequestId("q").setAnswer(ANSWER).build();
    try (RefusingProxy proxy = new RefusingProxy(httpStatus, whole);
        ParleyClient through = ParleyClient.builder(proxy.address()).user("me").build()) {
      assertThat(ask(through).getLast().getFinished()).isEqualTo(FINISHED);
      assertThat(ask(through)).hasSize(5);
      assertThat(proxy.asked()).containsExactly("StreamChat", "Chat", "Chat");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 429, 502, 503, 504})
  void aProxyThatSaysSomethingElseIsBelieved(int httpStatus) throws Exception {
    ChatResponse whole = ChatResponse.newBuilder().setRequestId("q").setAnswer(ANSWER).build();
    try (RefusingProxy proxy = new RefusingProxy(httpStatus, whole);
        ParleyClient through = ParleyClient.builder(proxy.address()).user("me").build()) {
      assertThatThrownBy(() -> ask(through))
          .isInstanceOf(ParleyException.class)
          .hasMessageContaining("" + httpStatus);
      assertThat(proxy.asked()).containsExactly("StreamChat");
    }
  }

  @Test
  void aQuestionWithoutAServerFailsOnce() {
    server.shutdownNow();
    assertThat(failure().code()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(models.asked).isEmpty();
  }

  @Test
  void whoClosesEndsTheUnaryCallToo() throws Exception {
    models.unary = _ -> {}; // never answers
    AnswerStream answer = client.ask(QUESTION);
    Thread reader = Thread.currentThread();
    var _ =
        Thread.ofVirtual()
            .start(
                () -> {
                  while (!models.asked.contains("Chat") && reader.isAlive()) {
                    Thread.onSpinWait();
                  }
                  answer.close();
                });
    assertThatThrownBy(answer::next)
        .isInstanceOfSatisfying(
            ParleyException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.CANCELLED));
  }
}
