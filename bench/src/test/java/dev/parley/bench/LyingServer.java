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

/// A server of one room that tells its first subscriber, or its senders, something else than it
/// should, or tells nobody anything for a while.
public final class LyingServer implements AutoCloseable {
  private final Voice toFirst;
  private final Voice toSenders;
  private final Server server;
  private final List<StreamObserver<ChatEvent>> subscribers = new ArrayList<>();
  private final List<Runnable> held = new ArrayList<>();
  private boolean holds;
  private long sequence;

  /// How somebody is told something.
  @FunctionalInterface
  interface Voice {
    /// As it is.
    Voice HONEST = StreamObserver::onNext;

    void tell(StreamObserver<ChatEvent> listener, ChatEvent event);
  }

  /// An honest one.
  public LyingServer() throws IOException {
    this(Voice.HONEST, Voice.HONEST);
  }

  /// @param toFirst tells the first subscriber of each message
  /// @param toSenders tells senders that a message was stored
  LyingServer(Voice toFirst, Voice toSenders) throws IOException {
    this.toFirst = toFirst;
    this.toSenders = toSenders;
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Chat())
            .addService(new Rooms())
            .build()
            .start();
  }

  /// Where it listens.
  public InetSocketAddress socketAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /// From now on nobody is told of messages, and no sender gets an answer.
  public synchronized void hold() {
    holds = true;
  }

  /// Tells everything that was held, and goes on.
  public synchronized void release() {
    holds = false;
    held.forEach(Runnable::run);
    held.clear();
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
    ChatEvent ack =
        ChatEvent.newBuilder()
            .setAck(AckEvent.newBuilder().setMessageId(request.getId()).setSequence(sequence))
            .build();
    if (holds) {
      held.add(() -> tell(message, ack, from));
    } else {
      tell(message, ack, from);
    }
  }

  private void tell(ChatEvent message, ChatEvent ack, StreamObserver<ChatEvent> sender) {
    for (StreamObserver<ChatEvent> subscriber : subscribers) {
      boolean first = subscriber == subscribers.getFirst();
      (first ? toFirst : Voice.HONEST).tell(subscriber, message);
    }
    toSenders.tell(sender, ack);
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
