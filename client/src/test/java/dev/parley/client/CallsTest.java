package dev.parley.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.chat.v1.GetRoomRequest;
import dev.parley.chat.v1.GetRoomResponse;
import dev.parley.chat.v1.ImportMessagesRequest;
import dev.parley.chat.v1.ImportMessagesResponse;
import dev.parley.chat.v1.ListRoomsRequest;
import dev.parley.chat.v1.ListRoomsResponse;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomServiceGrpc;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The calls beside the stream.
class CallsTest {

  private final List<Metadata> headers = new ArrayList<>();
  private final Rooms rooms = new Rooms();
  private Server server;

  @BeforeEach
  void start() throws Exception {
    server =
        InProcessServerBuilder.forName("calls")
            .directExecutor()
            .addService(rooms)
            .addService(new History())
            .intercept(
                new ServerInterceptor() {
                  @Override
                  public <Q, P> ServerCall.Listener<Q> interceptCall(
                      ServerCall<Q, P> call, Metadata metadata, ServerCallHandler<Q, P> next) {
                    headers.add(metadata);
                    return next.startCall(call, metadata);
                  }
                })
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    server.shutdownNow();
  }

  @Test
  void aTargetThatIsNoneIsToldInWords() {
    try (ParleyClient client = ParleyClient.builder("http://127.0.0.1").user("me").build()) {
      assertThatThrownBy(() -> client.rooms(false))
          .isInstanceOf(ParleyException.class)
          .hasMessageContaining("CLIENT_BAD_TARGET");
    }
  }

  @Test
  void listsAreReadToTheLastPage() {
    try (ParleyClient client = client("me")) {
      assertThat(client.rooms(true)).extracting(Room::getId).containsExactly("r0", "r1", "r2");
    }
  }

  @Test
  void callsNameTheCallerAndHaveADeadline() {
    try (ParleyClient client = client("me")) {
      client.rooms(false);
      assertThat(headers.getFirst().get(CallerMetadata.USER)).isEqualTo("me");
      assertThat(rooms.deadline.timeRemaining(TimeUnit.SECONDS)).isBetween(0L, 15L);
    }
  }

  @Test
  void idThatIsNotAsciiTravelsAsBytes() {
    try (ParleyClient client = client("jürgen")) {
      client.rooms(false);
      assertThat(headers.getFirst().get(CallerMetadata.USER)).isNull();
      assertThat(headers.getFirst().get(CallerMetadata.USER_BYTES))
          .isEqualTo("jürgen".getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void failureCarriesReasonAndAdviceOfItsDetails() {
    try (ParleyClient client = client("me")) {
      assertThatThrownBy(() -> client.room("none"))
          .isInstanceOfSatisfying(
              ParleyException.class,
              e -> {
                assertThat(e.code()).isEqualTo(io.grpc.Status.Code.NOT_FOUND);
                assertThat(e.reason()).isEqualTo("ROOM_NOT_FOUND");
                assertThat(e.advice()).isEqualTo("List the rooms.");
                assertThat(e.retryAfter()).contains(java.time.Duration.ofSeconds(3));
              });
    }
  }

  @Test
  void historyIsCollected() {
    try (ParleyClient client = client("me")) {
      assertThat(client.history(GetHistoryRequest.newBuilder().setRoomId("a").setLimit(3).build()))
          .extracting(ChatMessage::getSequence)
          .containsExactly(1L, 2L, 3L);
    }
  }

  @Test
  void importGivesResultsInOrderAndWaitsAtItsEnd() throws Exception {
    List<CompletableFuture<ImportMessagesResponse>> results = new ArrayList<>();
    try (ParleyClient client = client("me");
        ImportSession session = client.importMessages(2)) {
      for (int i = 1; i <= 5; i++) {
        results.add(session.add(batchOf(i)));
      }
    }
    assertThat(results).extracting(r -> r.join().getImported()).containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void brokenImportFailsWhatIsUnansweredAndSaysSoAtItsEnd() throws Exception {
    rooms.importFails = true;
    try (ParleyClient client = client("me")) {
      ImportSession session = client.importMessages(2);
      assertThat(session.add(batchOf(1))).isCompletedExceptionally();
      assertThat(session.add(batchOf(2))).isCompletedExceptionally();
      assertThatThrownBy(session::close).isInstanceOf(ParleyException.class);
    }
  }

  private static ImportMessagesRequest batchOf(int messages) {
    ImportMessagesRequest.Builder request = ImportMessagesRequest.newBuilder();
    for (int i = 0; i < messages; i++) {
      request.addMessages(ChatMessage.getDefaultInstance());
    }
    return request.build();
  }

  private static ParleyClient client(String user) {
    return ParleyClient.builder("server:1")
        .user(user)
        .channelFactory(target -> InProcessChannelBuilder.forName("calls").directExecutor().build())
        .build();
  }

  private static final class History extends ChatServiceGrpc.ChatServiceImplBase {
    @Override
    public void getHistory(GetHistoryRequest request, StreamObserver<ChatMessage> out) {
      for (int i = 1; i <= request.getLimit(); i++) {
        out.onNext(ChatMessage.newBuilder().setSequence(i).build());
      }
      out.onCompleted();
    }
  }

  private static final class Rooms extends RoomServiceGrpc.RoomServiceImplBase {
    Deadline deadline;
    boolean importFails;

    @Override
    public void listRooms(ListRoomsRequest request, StreamObserver<ListRoomsResponse> out) {
      deadline = Context.current().getDeadline();
      int page = request.getPageToken().isEmpty() ? 0 : Integer.parseInt(request.getPageToken());
      out.onNext(
          ListRoomsResponse.newBuilder()
              .addRooms(Room.newBuilder().setId("r" + page))
              .setNextPageToken(page < 2 ? "" + (page + 1) : "")
              .build());
      out.onCompleted();
    }

    @Override
    public void getRoom(GetRoomRequest request, StreamObserver<GetRoomResponse> out) {
      out.onError(
          StatusProto.toStatusRuntimeException(
              Status.newBuilder()
                  .setCode(io.grpc.Status.Code.NOT_FOUND.value())
                  .setMessage("no room " + request.getRoomId())
                  .addDetails(
                      Any.pack(
                          ErrorInfo.newBuilder()
                              .setReason("ROOM_NOT_FOUND")
                              .putMetadata("advice", "List the rooms.")
                              .build()))
                  .addDetails(
                      Any.pack(
                          RetryInfo.newBuilder()
                              .setRetryDelay(Duration.newBuilder().setSeconds(3))
                              .build()))
                  .build()));
    }

    @Override
    public StreamObserver<ImportMessagesRequest> importMessages(
        StreamObserver<ImportMessagesResponse> out) {
      return new StreamObserver<>() {
        @Override
        public void onNext(ImportMessagesRequest request) {
          if (importFails) {
            out.onError(io.grpc.Status.UNAVAILABLE.asRuntimeException());
          } else {
            out.onNext(
                ImportMessagesResponse.newBuilder()
                    .setImported(request.getMessagesCount())
                    .build());
          }
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {
          if (!importFails) {
            out.onCompleted();
          }
        }
      };
    }
  }
}
