package dev.parley.server.chat;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.chat.v1.GetOnlineUsersRequest;
import dev.parley.chat.v1.JoinRoomRequest;
import dev.parley.chat.v1.JoinRoomResponse;
import dev.parley.chat.v1.LeaveRoomRequest;
import dev.parley.chat.v1.LeaveRoomResponse;
import dev.parley.chat.v1.OnlineUsersResponse;
import dev.parley.core.access.Caller;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Checks;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.Outcome;
import dev.parley.core.user.Present;
import dev.parley.core.user.Profile;
import dev.parley.server.rpc.Replies;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;

/// The calls beside the stream, of the native `ChatService` and of the classic one. Thread-safe;
/// `Chat` itself is bound by [ChatServices].
final class ChatEndpoint extends ChatServiceGrpc.ChatServiceImplBase {
  private final ChatContext context;
  private final Replies replies;
  private final boolean classic;

  /// @param classic whether to behave as the classic service does
  ChatEndpoint(ChatContext context, boolean classic) {
    this.context = context;
    this.replies = new Replies(context.reads());
    this.classic = classic;
  }

  @Override
  public void joinRoom(JoinRoomRequest request, StreamObserver<JoinRoomResponse> observer) {
    Replies.guard(observer, () -> new JoinCall(context, replies, classic, request, observer).run());
  }

  @Override
  public void leaveRoom(LeaveRoomRequest request, StreamObserver<LeaveRoomResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          String room = Checks.id("room_id", request.getRoomId());
          String user = request.getUserId();
          if (classic || !user.isEmpty()) {
            Checks.id("user_id", user);
          }
          Caller caller =
              context.calls().known(user.isEmpty() ? null : new Profile(user, user, user, ""));
          context
              .engine()
              .submit(
                  RoomRules.topic(room),
                  new RoomCommand.Leave(caller),
                  outcome -> {
                    boolean left = outcome instanceof Outcome.Done;
                    if (outcome instanceof Outcome.Refused refused
                        && refused.refusal().retryAfter() != null) {
                      Replies.refuse(observer, refused.refusal());
                    } else {
                      replies.answer(
                          observer, () -> LeaveRoomResponse.newBuilder().setSuccess(left).build());
                    }
                  });
        });
  }

  @Override
  public void getHistory(GetHistoryRequest request, StreamObserver<ChatMessage> observer) {
    Replies.guard(
        observer,
        () ->
            History.answer(
                context,
                context.calls().caller(null),
                request,
                classic,
                (ServerCallStreamObserver<ChatMessage>) observer));
  }

  @Override
  public void getOnlineUsers(
      GetOnlineUsersRequest request, StreamObserver<OnlineUsersResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          String room = Checks.id("room_id", request.getRoomId());
          int limit =
              Checks.page("page_size", request.getPageSize(), Limits.MAX_PAGE, Limits.MAX_PAGE);
          Caller caller = context.calls().caller(null);
          replies.read(
              observer,
              reader -> {
                boolean visible = Rooms.sees(reader, caller, room);
                if (!visible && !classic) {
                  throw new RefusedException(Rooms.notFound(room));
                }
                return visible;
              },
              visible -> {
                if (visible) {
                  present(room, request.getPageToken(), limit, observer);
                } else {
                  replies.answer(observer, OnlineUsersResponse::getDefaultInstance);
                }
              });
        });
  }

  private void present(
      String room, String after, int limit, StreamObserver<OnlineUsersResponse> observer) {
    context
        .engine()
        .present(
            RoomRules.topic(room),
            after,
            limit,
            (online, users) -> replies.answer(observer, () -> page(online, users, limit)),
            refusal -> Replies.refuse(observer, refusal));
  }

  private static OnlineUsersResponse page(int online, List<Present> users, int limit) {
    OnlineUsersResponse.Builder page =
        OnlineUsersResponse.newBuilder()
            .addAllUsers(users.stream().map(Mapping::user).toList())
            .setTotalCount(online);
    if (users.size() == limit) {
      page.setNextPageToken(users.getLast().user().id());
    }
    return page.build();
  }
}
