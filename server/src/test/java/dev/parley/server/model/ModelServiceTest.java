package dev.parley.server.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.model.v1.Answer;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.Image;
import dev.parley.model.v1.KnownCredential;
import dev.parley.model.v1.ListModelsRequest;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.model.v1.Part;
import dev.parley.model.v1.Provider;
import dev.parley.model.v1.Role;
import dev.parley.model.v1.StopReason;
import dev.parley.model.v1.ToolResult;
import dev.parley.model.v1.Turn;
import dev.parley.model.v1.VerifyCredentialRequest;
import dev.parley.server.ServerExtension;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class ModelServiceTest {
  private static final int MAX_UNDER_WAY = 64;

  @RegisterExtension final ServerExtension server = new ServerExtension();

  /// A stream of questions, read as far as it is told to.
  static final class Stream extends ClientCall.Listener<ChatResponse> {
    private final ClientCall<ChatRequest, ChatResponse> call;
    private final BlockingQueue<ChatResponse> got = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> ended = new CompletableFuture<>();

    Stream(ManagedChannel channel, int readAtOnce) {
      call = channel.newCall(ModelServiceGrpc.getStreamChatMethod(), CallOptions.DEFAULT);
      call.start(this, new Metadata());
      if (readAtOnce > 0) {
        call.request(readAtOnce);
      }
    }

    @Override
    public void onMessage(ChatResponse response) {
      got.add(response);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended.complete(status);
    }

    void send(ChatRequest request) {
      call.sendMessage(request);
    }

    void read(int more) {
      call.request(more);
    }

    void cancel() {
      call.cancel("the test wants no more", null);
    }

    CompletableFuture<Status> ended() {
      return ended;
    }

    /// What has come and was not asked for.
    BlockingQueue<ChatResponse> got() {
      return got;
    }

    ChatResponse next() throws InterruptedException {
      ChatResponse response = got.poll(30, TimeUnit.SECONDS);
      assertThat(response).as("nothing more comes").isNotNull();
      return response;
    }

    /// Everything up to the end of one answer, which is the only one under way.
    List<ChatResponse> answer() throws InterruptedException {
      List<ChatResponse> answer = new ArrayList<>();
      do {
        answer.add(next());
      } while (!answer.getLast().hasFinished() && !answer.getLast().hasError());
      return answer;
    }
  }

  private Stream stream() {
    return new Stream(server.connect(), Integer.MAX_VALUE);
  }

  static ChatRequest.Builder question(String id, String text) {
    return ChatRequest.newBuilder()
        .setRequestId(id)
        .setModel("simulated")
        .addTurns(Turn.newBuilder().setRole(Role.ROLE_USER).setText(text));
  }

  static String text(List<ChatResponse> answer) {
    StringBuilder text = new StringBuilder();
    answer.forEach(piece -> text.append(piece.getText()));
    return text.toString();
  }

  @Test
  void anAnswerBeginsComesInPiecesAndEnds() throws Exception {
    Stream stream = stream();
    stream.send(question("q1", "What is the capital of France?").build());
    List<ChatResponse> answer = stream.answer();
    assertThat(answer).extracting(ChatResponse::getRequestId).containsOnly("q1");
    assertThat(answer.getFirst().getStarted().getRoute()).isEqualTo("simulated/simulated");
    assertThat(answer.subList(1, answer.size() - 1))
        .hasSizeGreaterThan(3)
        .allMatch(piece -> piece.getEventCase() == ChatResponse.EventCase.TEXT);
    assertThat(text(answer)).contains("capital of France");
    assertThat(answer.getLast().getFinished().getReason()).isEqualTo(StopReason.STOP_REASON_STOP);
    assertThat(answer.getLast().getFinished().getUsage().getOutputTokens()).isPositive();
    assertThat(answer.getLast().getFinished().hasTimeToFirstToken()).isTrue();
    stream.send(question("q1", "And of Spain?").build()); // the id is free again
    assertThat(text(stream.answer())).contains("Spain");
    stream.call.halfClose();
    assertThat(stream.ended.get()).isEqualTo(Status.OK);
  }

  @Test
  void manyQuestionsAreAnsweredAtOnce() throws Exception {
    Stream stream = stream();
    for (int i = 0; i < MAX_UNDER_WAY; i++) {
      stream.send(question("q" + i, "number " + i).build());
    }
    stream.call.halfClose();
    assertThat(stream.ended.get()).isEqualTo(Status.OK);
    List<ChatResponse> all = new ArrayList<>(stream.got);
    int lastBegin = 0;
    int firstEnd = all.size();
    for (int i = 0; i < all.size(); i++) {
      lastBegin = all.get(i).hasStarted() ? i : lastBegin;
      firstEnd = all.get(i).hasFinished() ? Math.min(firstEnd, i) : firstEnd;
    }
    assertThat(lastBegin).as("answers are mixed").isLessThan(firstEnd);
    for (int i = 0; i < MAX_UNDER_WAY; i++) {
      String id = "q" + i;
      List<ChatResponse> own = all.stream().filter(p -> p.getRequestId().equals(id)).toList();
      assertThat(own.getFirst().hasStarted()).isTrue();
      assertThat(own.getLast().hasFinished()).isTrue();
      assertThat(text(own)).contains("number " + i);
    }
  }

  @Test
  void oneQuestionTooManyIsRefusedAndTheOthersGoOn() throws Exception {
    Stream stream = stream();
    for (int i = 0; i <= MAX_UNDER_WAY; i++) {
      stream.send(question("q" + i, "hello").build());
    }
    stream.call.halfClose();
    assertThat(stream.ended.get()).isEqualTo(Status.OK);
    assertThat(stream.got).filteredOn(ChatResponse::hasFinished).hasSize(MAX_UNDER_WAY);
    assertThat(stream.got)
        .filteredOn(ChatResponse::hasError)
        .singleElement()
        .satisfies(
            piece -> {
              assertThat(piece.getRequestId()).isEqualTo("q" + MAX_UNDER_WAY);
              assertThat(piece.getError().getKind()).isEqualTo(ModelError.Kind.KIND_OVERLOADED);
            });
  }

  @Test
  void aQuestionThatIsCancelledEndsOnceAndTheStreamGoesOn() throws Exception {
    Stream stream = stream();
    stream.send(question("q1", "a long story " + "word ".repeat(500)).build());
    assertThat(stream.next().hasStarted()).isTrue();
    stream.send(ChatRequest.newBuilder().setRequestId("q1").setCancel(true).build());
    stream.send(ChatRequest.newBuilder().setRequestId("q1").setCancel(true).build());
    ChatResponse last = stream.answer().getLast();
    assertThat(last.getError().getKind()).isEqualTo(ModelError.Kind.KIND_CANCELLED);
    stream.send(question("q2", "hello").build());
    assertThat(stream.answer()).extracting(ChatResponse::getRequestId).containsOnly("q2");
  }

  @Test
  void whatIsWrongWithAQuestionIsToldAndTheStreamGoesOn() throws Exception {
    Stream stream = stream();
    expect(stream, question("q", "hi").setModel("nobody/x"), "q", "no provider \"nobody\"");
    expect(stream, question("q", "hi").setModel(""), "q", "model: empty");
    expect(stream, question("q", "hi").clearTurns(), "q", "turns: none");
    expect(stream, question("", "hi"), "", "request_id: 0 bytes");
    expect(stream, question("i".repeat(129), "hi"), "", "request_id: 129 bytes");
    expect(
        stream,
        question("q", "hi").addTurns(Turn.newBuilder().setText("who?")),
        "q",
        "turns[1].role: not said");
    expect(
        stream,
        question("q", "hi").addTurns(Turn.newBuilder().setRole(Role.ROLE_USER)),
        "q",
        "turns[1]: nothing is said");
    expect(
        stream,
        question("q", "hi")
            .addTurns(
                Turn.newBuilder()
                    .setRole(Role.ROLE_USER)
                    .addParts(
                        Part.newBuilder().setToolResult(ToolResult.newBuilder().setCallId("c")))),
        "q",
        "turns[1].parts[0]: only a turn of the role TOOL");
    expect(
        stream,
        question("q", "hi")
            .addTurns(
                Turn.newBuilder()
                    .setRole(Role.ROLE_USER)
                    .addParts(
                        Part.newBuilder().setImage(Image.newBuilder().setUrl("file:///secret")))),
        "q",
        "turns[1].parts[0].image.url: \"file:///secret\" (expected: ");
    ChatRequest.Builder hot = question("q", "hi");
    hot.getSamplingBuilder().setTemperature(Double.NaN);
    expect(stream, hot, "q", "sampling.temperature");
    stream.send(question("good", "hello").build());
    assertThat(stream.answer().getLast().hasFinished()).isTrue();
  }

  private static void expect(Stream stream, ChatRequest.Builder request, String id, String message)
      throws Exception {
    stream.send(request.build());
    ChatResponse response = stream.next();
    assertThat(response.getRequestId()).isEqualTo(id);
    assertThat(response.getError().getMessage()).contains(message);
  }

  @Test
  void anIdThatIsUnderWayIsRefusedWithoutEndingTheOther() throws Exception {
    Stream stream = stream();
    stream.send(question("q", "hello " + "word ".repeat(20)).build());
    stream.send(question("q", "again").build());
    List<ChatResponse> all = new ArrayList<>();
    while (all.isEmpty() || !all.getLast().hasFinished()) {
      all.add(stream.next());
    }
    assertThat(all)
        .filteredOn(ChatResponse::hasError)
        .singleElement()
        .satisfies(piece -> assertThat(piece.getRequestId()).isEmpty());
  }

  @Test
  void aCallerWhoReadsNothingIsSentNoMoreThanFits() throws Exception {
    Stream stream = new Stream(server.connect(), 0);
    for (int i = 0; i < MAX_UNDER_WAY; i++) {
      stream.send(question("q" + i, "hello").build());
    }
    Stream other = stream();
    other.send(question("q", "hello").build());
    assertThat(other.answer().getLast().hasFinished()).isTrue();
    stream.call.request(Integer.MAX_VALUE);
    stream.call.halfClose();
    assertThat(stream.ended.get()).isEqualTo(Status.OK);
    assertThat(stream.got).filteredOn(ChatResponse::hasFinished).hasSize(MAX_UNDER_WAY);
  }

  @Test
  void aWholeAnswerIsThatOfTheStream() throws Exception {
    Stream stream = stream();
    stream.send(question("q", "hello").build());
    List<ChatResponse> pieces = stream.answer();
    Answer whole =
        ModelServiceGrpc.newBlockingStub(server.connect())
            .chat(question("q", "hello").build())
            .getAnswer();
    assertThat(whole.getText()).isEqualTo(text(pieces));
    assertThat(whole.getStarted().getRoute()).isEqualTo("simulated/simulated");
    assertThat(whole.getFinished().getUsage()).isEqualTo(pieces.getLast().getFinished().getUsage());
  }

  @Test
  void aWholeAnswerThatIsNoneFailsWithItsStatus() {
    ModelServiceGrpc.ModelServiceBlockingStub stub =
        ModelServiceGrpc.newBlockingStub(server.connect());
    ChatRequest nobody = question("q", "hello").setModel("nobody/x").build();
    assertThatThrownBy(() -> stub.chat(nobody))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
  }

  @Test
  void providersAndTheirModelsAreListed() {
    ModelServiceGrpc.ModelServiceBlockingStub stub =
        ModelServiceGrpc.newBlockingStub(server.connect());
    assertThat(stub.listModels(ListModelsRequest.getDefaultInstance()).getProvidersList())
        .containsExactly(
            Provider.newBuilder()
                .setName("simulated")
                .setKind("simulated")
                .addCredentials(KnownCredential.newBuilder().setName("default"))
                .addModels("simulated")
                .build());
    assertThat(
            stub.verifyCredential(
                    VerifyCredentialRequest.newBuilder().setProvider("simulated").build())
                .getValid())
        .isTrue();
    assertThat(
            stub.verifyCredential(VerifyCredentialRequest.newBuilder().setProvider("x").build())
                .getError()
                .getKind())
        .isEqualTo(ModelError.Kind.KIND_NOT_FOUND);
  }
}
