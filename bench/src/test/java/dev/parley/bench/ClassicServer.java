package dev.parley.bench;

import dev.parley.classic.AckEvent;
import dev.parley.classic.ChatEvent;
import dev.parley.classic.ChatMessage;
import dev.parley.classic.ChatServiceGrpc;
import dev.parley.classic.JoinRoomRequest;
import dev.parley.classic.JoinRoomResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A server of another make: it speaks the classic protocol, and cannot make rooms.
final class ClassicServer extends ChatServiceGrpc.ChatServiceImplBase implements AutoCloseable {
  private final Server server;
  private final Map<String, StreamObserver<ChatEvent>> streams = new HashMap<>();
  private final Map<String, List<StreamObserver<ChatEvent>>> members = new HashMap<>();

  ClassicServer() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(this)
            .build()
            .start();
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  @Override
  public StreamObserver<ChatMessage> chat(StreamObserver<ChatEvent> events) {
    return new StreamObserver<>() {
      @Override
      public void onNext(ChatMessage message) {
        take(message, events);
      }

      @Override
      public void onError(Throwable broken) {}

      @Override
      public void onCompleted() {
        events.onCompleted();
      }
    };
  }

  private synchronized void take(ChatMessage message, StreamObserver<ChatEvent> from) {
    if (message.hasSender()) {
      streams.put(message.getSender().getId(), from);
      notifyAll();
      return;
    }
    for (StreamObserver<ChatEvent> member : members.get(message.getRoomId())) {
      if (member != from) {
        member.onNext(ChatEvent.newBuilder().setMessage(message).build());
      }
    }
    AckEvent ack = AckEvent.newBuilder().setMessageId(message.getId()).build();
    from.onNext(ChatEvent.newBuilder().setAck(ack).build());
  }

  @Override
  public synchronized void joinRoom(JoinRoomRequest request, StreamObserver<JoinRoomResponse> to) {
    members
        .computeIfAbsent(request.getRoomId(), _ -> new ArrayList<>())
        .add(stream(request.getUser().getId()));
    to.onNext(JoinRoomResponse.newBuilder().setSuccess(true).build());
    to.onCompleted();
  }

  /// The user's stream, once its first frame has come.
  private synchronized StreamObserver<ChatEvent> stream(String user) {
    try {
      while (!streams.containsKey(user)) {
        wait();
      }
      return streams.get(user);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
