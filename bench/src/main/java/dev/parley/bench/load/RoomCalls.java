package dev.parley.bench.load;

import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.chat.v1.CreateRoomRequest;
import dev.parley.chat.v1.DeleteRoomRequest;
import dev.parley.chat.v1.JoinRoomRequest;
import dev.parley.chat.v1.JoinRoomResponse;
import dev.parley.chat.v1.RoomServiceGrpc;
import dev.parley.chat.v1.User;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Calls beside streams: rooms are made, entered and deleted. Pure functions.
public final class RoomCalls {
  private static final String USER = "bench";
  private static final Metadata.Key<String> CALLER =
      Metadata.Key.of("parley-user", Metadata.ASCII_STRING_MARSHALLER);
  private static final int DEADLINE_SECONDS = 60;

  private RoomCalls() {}

  /// Makes rooms.
  ///
  /// @throws io.grpc.StatusRuntimeException if the server refuses, or has no such service
  public static void create(Channel channel, List<String> rooms) {
    RoomServiceGrpc.RoomServiceBlockingStub stub = stub(channel);
    for (String room : rooms) {
      var _ = stub.createRoom(CreateRoomRequest.newBuilder().setRoomId(room).build());
    }
  }

  /// Deletes rooms that [#create] made.
  ///
  /// @throws io.grpc.StatusRuntimeException if the server refuses
  public static void delete(Channel channel, List<String> rooms) {
    RoomServiceGrpc.RoomServiceBlockingStub stub = stub(channel);
    for (String room : rooms) {
      var _ = stub.deleteRoom(DeleteRoomRequest.newBuilder().setRoomId(room).build());
    }
  }

  private static RoomServiceGrpc.RoomServiceBlockingStub stub(Channel channel) {
    return RoomServiceGrpc.newBlockingStub(as(channel, USER))
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /// Makes a user a member of a room, and in the classic protocol brings the room to the user's
  /// stream.
  ///
  /// @param done told with null, or why it was refused; on any thread
  static void join(
      Channel channel,
      Protocol protocol,
      String user,
      String room,
      Consumer<@Nullable String> done) {
    MethodDescriptor<JoinRoomRequest, JoinRoomResponse> method =
        ChatServiceGrpc.getJoinRoomMethod().toBuilder()
            .setFullMethodName(
                MethodDescriptor.generateFullMethodName(protocol.service(), "JoinRoom"))
            .build();
    JoinRoomRequest request =
        JoinRoomRequest.newBuilder()
            .setRoomId(room)
            .setUser(User.newBuilder().setId(user).setUsername(user))
            .build();
    ClientCalls.asyncUnaryCall(
        as(channel, user)
            .newCall(
                method, CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)),
        request,
        new StreamObserver<>() {
          @Override
          public void onNext(JoinRoomResponse response) {
            done.accept(response.getSuccess() ? null : response.getErrorMessage());
          }

          @Override
          public void onError(Throwable failure) {
            done.accept(Words.of(Status.fromThrowable(failure)));
          }

          @Override
          public void onCompleted() {}
        });
  }

  private static Channel as(Channel channel, String user) {
    Metadata headers = new Metadata();
    headers.put(CALLER, user);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }
}
