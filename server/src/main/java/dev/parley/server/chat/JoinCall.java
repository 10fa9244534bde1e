package dev.parley.server.chat;

import dev.parley.chat.v1.JoinRoomRequest;
import dev.parley.chat.v1.JoinRoomResponse;
import dev.parley.chat.v1.Room;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Checks;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Outcome;
import dev.parley.core.user.Present;
import dev.parley.core.user.Profile;
import dev.parley.core.user.Status;
import dev.parley.server.rpc.Replies;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One `JoinRoom` call: brings a room to the caller's open streams. Natively it makes the caller a
/// member first, and needs no stream; classic users are in a room through their streams alone.
///
/// Steps are taken on whatever thread brings the answer to the one before; there is no state
/// besides.
final class JoinCall {
  private final ChatContext context;
  private final Replies replies;
  private final boolean classic;
  private final String room;
  private final Caller caller;
  private final StreamObserver<JoinRoomResponse> observer;

  /// @param classic whether to behave as the classic service does
  /// @throws RefusedException if the request is not well-formed
  JoinCall(
      ChatContext context,
      Replies replies,
      boolean classic,
      JoinRoomRequest request,
      StreamObserver<JoinRoomResponse> observer)
      throws RefusedException {
    this.context = context;
    this.replies = replies;
    this.classic = classic;
    this.observer = observer;
    room = Checks.id("room_id", request.getRoomId());
    caller = context.calls().known(claimed(classic, request));
  }

  private static @Nullable Profile claimed(boolean classic, JoinRoomRequest request)
      throws RefusedException {
    if (classic && request.getUser().getId().isEmpty()) {
      throw new RefusedException(
          Reason.INVALID_REQUEST.because("user: missing (expected: user.id)"));
    }
    return request.hasUser() ? Mapping.profile("user", request.getUser()) : null;
  }

  void run() {
    if (classic) {
      long wait = context.limits().joinWait().toNanos();
      var unused =
          context
              .classicStreams()
              .await(caller.id(), context.calls().address(), wait)
              .thenAccept(this::enter);
    } else {
      context
          .engine()
          .submit(
              RoomRules.topic(room),
              new RoomCommand.Join(caller, RoomCommand.Join.As.MEMBER),
              outcome -> {
                switch (outcome) {
                  case Outcome.Done _ ->
                      bring(context.nativeStreams().of(caller.id()), _ -> joined());
                  case Outcome.Refused refused -> notJoined(refused.refusal());
                }
              });
    }
  }

  private void enter(List<ChatStream> streams) {
    if (streams.isEmpty()) {
      notJoined(Reason.NOT_A_MEMBER.because("user not connected"));
      return;
    }
    bring(
        streams,
        refusals -> {
          if (refusals.size() < streams.size()) {
            joined();
          } else {
            notJoined(refusals.getFirst());
          }
        });
  }

  /// Has streams enter the room; then tells why some could not.
  private void bring(List<ChatStream> streams, Consumer<List<Refusal>> then) {
    if (streams.isEmpty()) {
      then.accept(List.of());
      return;
    }
    AtomicInteger left = new AtomicInteger(streams.size());
    List<Refusal> refusals = new ArrayList<>();
    for (ChatStream stream : streams) {
      stream.bring(
          room,
          refusal -> {
            synchronized (refusals) {
              if (refusal != null) {
                refusals.add(refusal);
              }
            }
            if (left.decrementAndGet() == 0) {
              then.accept(refusals);
            }
          });
    }
  }

  private void joined() {
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
                              .addAllOnlineUsers(told(users).stream().map(Mapping::user).toList());
                      JournalReader.Listing listing =
                          reader.topic(RoomRules.topic(room), caller.id());
                      if (listing != null) {
                        response.setRoom(Rooms.room(listing).setOnlineCount(online));
                      }
                      return response.build();
                    }),
            refusal -> Replies.refuse(observer, refusal));
  }

  /// The users online; to a classic joiner, who is one of them, with himself among them, though
  /// there are more than fit.
  private List<Present> told(List<Present> users) {
    boolean among = users.stream().anyMatch(present -> present.user().id().equals(caller.id()));
    if (!classic || among || users.isEmpty()) {
      return users;
    }
    List<Present> with = new ArrayList<>(users.subList(0, users.size() - 1));
    with.add(new Present(caller.user(), Status.ONLINE));
    return with;
  }

  private void notJoined(Refusal refusal) {
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
          if (listing != null && Rooms.state(listing.head()).open()) {
            response.setRoom(Rooms.room(listing));
          } else if (classic) {
            // classic clients crash on an answer without a room
            response.setRoom(Room.newBuilder().setId(room).setName(room));
          }
          return response.build();
        });
  }
}
