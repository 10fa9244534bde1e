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
import dev.parley.chat.v1.Room;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.Checks;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Outcome;
import dev.parley.core.user.Profile;
import dev.parley.server.rpc.Replies;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

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
    Replies.guard(
        observer,
        () -> {
          String room = Checks.id("room_id", request.getRoomId());
          Profile claimed = claimed(request);
          Caller caller = context.calls().known(claimed);
          if (classic) {
            joinStreams(room, caller, observer);
          } else {
            context
                .engine()
                .submit(
                    RoomRules.topic(room),
                    new RoomCommand.Join(caller, false),
                    outcome -> {
                      switch (outcome) {
                        case Outcome.Done _ -> joined(room, caller, observer);
                        case Outcome.Refused refused ->
                            notJoined(room, caller, refused.refusal(), observer);
                      }
                    });
          }
        });
  }

  private @Nullable Profile claimed(JoinRoomRequest request) throws RefusedException {
    if (classic && request.getUser().getId().isEmpty()) {
      throw new RefusedException(
          Reason.INVALID_REQUEST.because("user: missing (expected: user.id)"));
    }
    return request.hasUser() ? Mapping.profile("user", request.getUser()) : null;
  }

  /// Brings a room to the user's classic streams, of which there may be none for a moment: the call
  /// often overtakes the stream's first frame.
  private void joinStreams(String room, Caller caller, StreamObserver<JoinRoomResponse> observer) {
    var unused =
        context
            .streams()
            .of(caller.id(), context.limits().joinWait().toNanos())
            .thenAccept(
                streams -> {
                  if (streams.isEmpty()) {
                    Refusal refusal = Reason.NOT_A_MEMBER.because("user not connected");
                    notJoined(room, caller, refusal, observer);
                  } else {
                    joinAll(room, caller, streams, observer);
                  }
                });
  }

  private void joinAll(
      String room,
      Caller caller,
      List<ChatStream> streams,
      StreamObserver<JoinRoomResponse> observer) {
    AtomicInteger left = new AtomicInteger(streams.size());
    AtomicInteger entered = new AtomicInteger();
    for (ChatStream stream : streams) {
      stream.joinClassic(
          room,
          refusal -> {
            if (refusal == null) {
              entered.incrementAndGet();
            }
            if (left.decrementAndGet() > 0) {
              return;
            }
            if (entered.get() > 0) {
              joined(room, caller, observer);
            } else {
              notJoined(room, caller, refusal == null ? Rooms.notFound(room) : refusal, observer);
            }
          });
    }
  }

  private void joined(String room, Caller caller, StreamObserver<JoinRoomResponse> observer) {
    context
        .engine()
        .present(
            RoomRules.topic(room),
            "",
            Limits.MAX_USERS_IN_ANSWER,
            (online, users) ->
                replies.fromJournal(
                    observer,
                    reader -> {
                      JoinRoomResponse.Builder response =
                          JoinRoomResponse.newBuilder()
                              .setSuccess(true)
                              .addAllOnlineUsers(users.stream().map(Mapping::user).toList());
                      JournalReader.Listing listing =
                          reader.topic(RoomRules.topic(room), caller.id());
                      if (listing != null) {
                        response.setRoom(Rooms.room(listing).setOnlineCount(online));
                      }
                      return new Replies.Answer.Found<>(response.build());
                    }));
  }

  private void notJoined(
      String room, Caller caller, Refusal refusal, StreamObserver<JoinRoomResponse> observer) {
    if (refusal.retryAfter() != null) {
      Replies.refuse(observer, refusal);
      return;
    }
    boolean missing =
        refusal.reason() == Reason.ROOM_NOT_FOUND || refusal.reason() == Reason.ROOM_DELETED;
    replies.fromJournal(
        observer,
        reader -> {
          JoinRoomResponse.Builder response =
              JoinRoomResponse.newBuilder()
                  .setSuccess(false)
                  .setErrorMessage(missing ? "room not found" : refusal.message());
          JournalReader.Listing listing = reader.topic(RoomRules.topic(room), caller.id());
          boolean seen = listing != null && Rooms.state(listing.head()).open();
          if (listing != null && seen) {
            // classic clients crash on an answer without a room
            response.setRoom(Rooms.room(listing));
          } else if (!missing || classic) {
            response
                .setErrorMessage("room not found")
                .setRoom(Room.newBuilder().setId(room).setName(room));
          }
          return new Replies.Answer.Found<>(response.build());
        });
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
                      Replies.answer(
                          observer, LeaveRoomResponse.newBuilder().setSuccess(left).build());
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
                context.reads(),
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
              Checks.page(
                  "page_size",
                  request.getPageSize(),
                  Limits.MAX_ONLINE_PAGE,
                  Limits.MAX_ONLINE_PAGE);
          Caller caller = context.calls().caller(null);
          context
              .reads()
              .read(
                  reader -> {
                    try {
                      Rooms.visible(reader, caller, room);
                      return true;
                    } catch (RefusedException e) {
                      return false;
                    }
                  },
                  visible -> {
                    if (visible) {
                      present(room, request.getPageToken(), limit, observer);
                    } else if (classic) {
                      Replies.answer(observer, OnlineUsersResponse.getDefaultInstance());
                    } else {
                      Replies.refuse(observer, Rooms.notFound(room));
                    }
                  },
                  refusal -> Replies.refuse(observer, refusal));
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
            (online, users) -> {
              OnlineUsersResponse.Builder response =
                  OnlineUsersResponse.newBuilder()
                      .addAllUsers(users.stream().map(Mapping::user).toList())
                      .setTotalCount(online);
              if (users.size() == limit) {
                response.setNextPageToken(users.getLast().user().id());
              }
              Replies.answer(observer, response.build());
            });
  }
}
