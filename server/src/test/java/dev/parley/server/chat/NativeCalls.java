package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.chat.v1.CreateRoomRequest;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.chat.v1.GetOnlineUsersRequest;
import dev.parley.chat.v1.GetRoomRequest;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomServiceGrpc;
import dev.parley.chat.v1.RoomVisibility;
import dev.parley.chat.v1.User;
import dev.parley.core.error.Reason;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// The calls of the native protocol besides the stream, by one user.
final class NativeCalls {
  private static final Metadata.Key<String> USER =
      Metadata.Key.of("parley-user", Metadata.ASCII_STRING_MARSHALLER);

  private final ChatServiceGrpc.ChatServiceBlockingStub chat;
  private final RoomServiceGrpc.RoomServiceBlockingStub rooms;

  private NativeCalls(Channel channel) {
    chat = ChatServiceGrpc.newBlockingStub(channel);
    rooms = RoomServiceGrpc.newBlockingStub(channel);
  }

  static NativeCalls by(String user, Channel channel) {
    return new NativeCalls(named(user, channel));
  }

  static NativeCalls byNobody(Channel channel) {
    return new NativeCalls(channel);
  }

  /// A channel whose calls name their user.
  static Channel named(String user, Channel channel) {
    Metadata headers = new Metadata();
    headers.put(USER, user);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  ChatServiceGrpc.ChatServiceBlockingStub chat() {
    return chat;
  }

  RoomServiceGrpc.RoomServiceBlockingStub rooms() {
    return rooms;
  }

  Room create(String id) {
    return rooms.createRoom(CreateRoomRequest.newBuilder().setRoomId(id).build()).getRoom();
  }

  Room createPrivate(String id) {
    return rooms
        .createRoom(
            CreateRoomRequest.newBuilder()
                .setRoomId(id)
                .setVisibility(RoomVisibility.ROOM_VISIBILITY_PRIVATE)
                .build())
        .getRoom();
  }

  Room room(String id) {
    return rooms.getRoom(GetRoomRequest.newBuilder().setRoomId(id).build()).getRoom();
  }

  List<ChatMessage> history(GetHistoryRequest.Builder request) {
    List<ChatMessage> page = new ArrayList<>();
    chat.getHistory(request.build()).forEachRemaining(page::add);
    return page;
  }

  /// The newest messages of a room.
  List<ChatMessage> history(String room) {
    return history(GetHistoryRequest.newBuilder().setRoomId(room).setLimit(1_000));
  }

  List<String> online(String room) {
    return chat
        .getOnlineUsers(GetOnlineUsersRequest.newBuilder().setRoomId(room).build())
        .getUsersList()
        .stream()
        .map(User::getId)
        .toList();
  }

  /// The reason that a call is refused for.
  static Reason refusal(ThrowingCallable call) {
    return reason(catchThrowableOfType(StatusRuntimeException.class, call));
  }

  /// The reason in a status, whose code must be the reason's.
  static Reason reason(StatusRuntimeException status) {
    com.google.rpc.Status details = StatusProto.fromThrowable(status);
    for (Any detail : details.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        Reason reason = reason(detail);
        if (status.getStatus().getCode().value() != reason.code().number()) {
          throw new AssertionError(status.getStatus() + " for " + reason);
        }
        return reason;
      }
    }
    throw new AssertionError("a status without reason: " + status.getStatus());
  }

  private static Reason reason(Any detail) {
    try {
      return Reason.valueOf(detail.unpack(ErrorInfo.class).getReason());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("an ErrorInfo that cannot be read", e);
    }
  }
}
