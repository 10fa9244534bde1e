package dev.parley.client;

import dev.parley.chat.v1.AddMemberRequest;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.chat.v1.CreateRoomRequest;
import dev.parley.chat.v1.DeleteRoomRequest;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.chat.v1.GetOnlineUsersRequest;
import dev.parley.chat.v1.GetRoomRequest;
import dev.parley.chat.v1.JoinRoomRequest;
import dev.parley.chat.v1.JoinRoomResponse;
import dev.parley.chat.v1.ListMembersRequest;
import dev.parley.chat.v1.ListRoomsRequest;
import dev.parley.chat.v1.Member;
import dev.parley.chat.v1.MemberRole;
import dev.parley.chat.v1.OpenDirectRoomRequest;
import dev.parley.chat.v1.OpenDirectRoomResponse;
import dev.parley.chat.v1.RemoveMemberRequest;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomServiceGrpc;
import dev.parley.chat.v1.SearchMessagesRequest;
import dev.parley.chat.v1.SearchMessagesResponse;
import dev.parley.chat.v1.UpdateRoomRequest;
import dev.parley.chat.v1.User;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ListModelsRequest;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.model.v1.Provider;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// The calls beside the stream: blocking, each with the client's deadline. Thread-safe.
final class Calls {

  private static final int PAGE_SIZE = 1_000;

  /// All providers are asked, each of which may take its time.
  private static final int PROVIDERS_SECONDS = 90;

  private final Channels channels;
  private final CallerMetadata caller;
  /// A provider that every server has.
  private static final String SIMULATED = "simulated";

  private final long deadlineNanos;
  private final Detour detour;

  /// @param nanoTime the time, for what is remembered for a while
  Calls(ClientConfig config, Channels channels, LongSupplier nanoTime) {
    this.channels = channels;
    this.caller = new CallerMetadata(config.user().getId());
    this.deadlineNanos = config.deadline().toNanos();
    this.detour = new Detour(nanoTime);
  }

  List<Room> rooms(boolean joinedOnly) {
    ListRoomsRequest.Builder request =
        ListRoomsRequest.newBuilder().setJoinedOnly(joinedOnly).setPageSize(PAGE_SIZE);
    return pages(
        token -> roomService().listRooms(request.setPageToken(token).build()),
        page -> page.getRoomsList(),
        page -> page.getNextPageToken());
  }

  Room room(String room) {
    GetRoomRequest request = GetRoomRequest.newBuilder().setRoomId(room).build();
    return call(() -> roomService().getRoom(request).getRoom());
  }

  Room createRoom(CreateRoomRequest request) {
    return call(() -> roomService().createRoom(request).getRoom());
  }

  Room updateRoom(UpdateRoomRequest request) {
    return call(() -> roomService().updateRoom(request).getRoom());
  }

  void deleteRoom(String room) {
    DeleteRoomRequest request = DeleteRoomRequest.newBuilder().setRoomId(room).build();
    call(() -> roomService().deleteRoom(request));
  }

  List<Member> members(String room) {
    ListMembersRequest.Builder request =
        ListMembersRequest.newBuilder().setRoomId(room).setPageSize(PAGE_SIZE);
    return pages(
        token -> roomService().listMembers(request.setPageToken(token).build()),
        page -> page.getMembersList(),
        page -> page.getNextPageToken());
  }

  void becomeMember(String room) {
    JoinRoomRequest request = JoinRoomRequest.newBuilder().setRoomId(room).build();
    JoinRoomResponse answer = call(() -> chatService().joinRoom(request));
    if (!answer.getSuccess()) {
      throw Failures.notJoined(answer.getErrorMessage());
    }
  }

  Member addMember(String room, String userId, MemberRole role) {
    AddMemberRequest request =
        AddMemberRequest.newBuilder().setRoomId(room).setUserId(userId).setRole(role).build();
    return call(() -> roomService().addMember(request).getMember());
  }

  void removeMember(String room, String userId) {
    RemoveMemberRequest request =
        RemoveMemberRequest.newBuilder().setRoomId(room).setUserId(userId).build();
    call(() -> roomService().removeMember(request));
  }

  OpenDirectRoomResponse openDirect(String userId) {
    OpenDirectRoomRequest request = OpenDirectRoomRequest.newBuilder().setUserId(userId).build();
    return call(() -> roomService().openDirectRoom(request));
  }

  SearchMessagesResponse search(SearchMessagesRequest request) {
    return call(() -> roomService().searchMessages(request));
  }

  List<ChatMessage> history(GetHistoryRequest request) {
    return call(
        () -> {
          List<ChatMessage> messages = new ArrayList<>();
          chatService().getHistory(request).forEachRemaining(messages::add);
          return List.copyOf(messages);
        });
  }

  List<User> onlineUsers(String room) {
    GetOnlineUsersRequest.Builder request = GetOnlineUsersRequest.newBuilder().setRoomId(room);
    return pages(
        token -> chatService().getOnlineUsers(request.setPageToken(token).build()),
        page -> page.getUsersList(),
        page -> page.getNextPageToken());
  }

  AnswerStream ask(ChatRequest question) {
    return new AnswerStream(channel(), question, detour, Duration.ofNanos(deadlineNanos));
  }

  List<Provider> providers() {
    ModelServiceGrpc.ModelServiceBlockingStub models = ModelServiceGrpc.newBlockingStub(channel());
    ListModelsRequest known = ListModelsRequest.newBuilder().setProvider(SIMULATED).build();
    return call(
        () -> {
          // Whether anybody is there is known soon; what providers have, when they have answered.
          var _ = models.withDeadlineAfter(deadlineNanos, TimeUnit.NANOSECONDS).listModels(known);
          return models
              .withDeadlineAfter(PROVIDERS_SECONDS, TimeUnit.SECONDS)
              .listModels(ListModelsRequest.getDefaultInstance())
              .getProvidersList();
        });
  }

  ImportSession importMessages(int maxInFlight) {
    return new ImportSession(channel(), maxInFlight);
  }

  private RoomServiceGrpc.RoomServiceBlockingStub roomService() {
    return RoomServiceGrpc.newBlockingStub(channel())
        .withDeadlineAfter(deadlineNanos, TimeUnit.NANOSECONDS);
  }

  private ChatServiceGrpc.ChatServiceBlockingStub chatService() {
    return ChatServiceGrpc.newBlockingStub(channel())
        .withDeadlineAfter(deadlineNanos, TimeUnit.NANOSECONDS);
  }

  private Channel channel() {
    return ClientInterceptors.intercept(
        channels.current(), MetadataUtils.newAttachHeadersInterceptor(caller.headers()));
  }

  static <P, T> List<T> pages(
      Function<String, P> fetch, Function<P, List<T>> items, Function<P, String> nextToken) {
    return call(
        () -> {
          List<T> all = new ArrayList<>();
          String token = "";
          do {
            P page = fetch.apply(token);
            all.addAll(items.apply(page));
            token = nextToken.apply(page);
          } while (!token.isEmpty());
          return List.copyOf(all);
        });
  }

  static <T> T call(Supplier<T> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException failure) {
      throw Failures.of(failure);
    }
  }
}
