package dev.parley.bench;

import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.CaughtUpEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.chat.v1.CreateRoomRequest;
import dev.parley.chat.v1.CreateRoomResponse;
import dev.parley.chat.v1.DeleteRoomRequest;
import dev.parley.chat.v1.DeleteRoomResponse;
import dev.parley.chat.v1.JoinRoomRequest;
import dev.parley.chat.v1.JoinRoomResponse;
import dev.parley.chat.v1.MessageContent;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomJoinedEvent;
import dev.parley.chat.v1.RoomServiceGrpc;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// A server of one room that tells its first subscriber something else than the others.
final class LyingServer implements AutoCloseable {
  private final UnaryOperator<List<ChatEvent>> lie;
  private final Server server;
  private final List<StreamObserver<ChatEvent>> subscribers = new ArrayList<>();
  private long sequence;

  /// @param lie what the first subscriber gets in place of each message, if it gets any
  LyingServer(UnaryOperator<List<ChatEvent>> lie) throws IOException {
    this.lie = lie;
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Chat())
            .addService(new Rooms())
            .build()
            .start();
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /// The event with other words in it.
  static ChatEvent changed(ChatEvent event) {
    ChatEvent.Builder changed = event.toBuilder();
    changed.getMessageBuilder().setContent(MessageContent.newBuilder().setText("no"));
    return changed.build();
  }

  private synchronized void take(ChatRequest request, StreamObserver<ChatEvent> from) {
    if (request.hasHello()) {
      request.getHello().getRoomsList().forEach(room -> join(room.getRoomId(), from));
      return;
    }
    sequence++;
    ChatEvent message =
        ChatEvent.newBuilder()
            .setMessage(
                ChatMessage.newBuilder()
                    .setId(request.getId())
                    .setRoomId(request.getRoomId())
                    .setContent(request.getContent()))
            .setSequence(sequence)
            .build();
    for (StreamObserver<ChatEvent> subscriber : subscribers) {
      boolean first = subscriber == subscribers.getFirst();
      (first ? lie.apply(List.of(message)) : List.of(message)).forEach(subscriber::onNext);
    }
    from.onNext(
        ChatEvent.newBuilder()
            .setAck(AckEvent.newBuilder().setMessageId(request.getId()).setSequence(sequence))
            .build());
  }

  private void join(String room, StreamObserver<ChatEvent> subscriber) {
    subscribers.add(subscriber);
    RoomJoinedEvent joined =
        RoomJoinedEvent.newBuilder()
            .setRoom(Room.newBuilder().setId(room))
            .setAfterSequence(sequence)
            .build();
    subscriber.onNext(ChatEvent.newBuilder().setRoomJoined(joined).build());
    subscriber.onNext(
        ChatEvent.newBuilder().setCaughtUp(CaughtUpEvent.newBuilder().setRoomId(room)).build());
  }

  private static <T> void answer(StreamObserver<T> to, T answer) {
    to.onNext(answer);
    to.onCompleted();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Chat extends ChatServiceGrpc.ChatServiceImplBase {
    @Override
    public StreamObserver<ChatRequest> chat(StreamObserver<ChatEvent> events) {
      return new StreamObserver<>() {
        @Override
        public void onNext(ChatRequest request) {
          take(request, events);
        }

        @Override
        public void onError(Throwable broken) {}

        @Override
        public void onCompleted() {
          events.onCompleted();
        }
      };
    }

    @Override
    public void joinRoom(JoinRoomRequest request, StreamObserver<JoinRoomResponse> to) {
      answer(to, JoinRoomResponse.newBuilder().setSuccess(true).build());
    }
  }

  private static final class Rooms extends RoomServiceGrpc.RoomServiceImplBase {
    @Override
    public void createRoom(CreateRoomRequest request, StreamObserver<CreateRoomResponse> to) {
      answer(to, CreateRoomResponse.getDefaultInstance());
    }

    @Override
    public void deleteRoom(DeleteRoomRequest request, StreamObserver<DeleteRoomResponse> to) {
      answer(to, DeleteRoomResponse.getDefaultInstance());
    }
  }
}
