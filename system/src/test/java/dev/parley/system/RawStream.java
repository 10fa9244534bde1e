package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.Capability;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.chat.v1.Hello;
import dev.parley.chat.v1.Join;
import dev.parley.chat.v1.MessageContent;
import dev.parley.chat.v1.Ping;
import dev.parley.chat.v1.RoomPosition;
import dev.parley.chat.v1.Typing;
import dev.parley.chat.v1.User;
import dev.parley.classic.JoinRoomRequest;
import dev.parley.classic.JoinRoomResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One stream, native unless said otherwise, without what the client library does for its user:
/// nothing is tried again, nothing left out. It takes a message from the transport when it is asked
/// for the next event, and so stalls when it is not. For one thread.
final class RawStream implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 30;
  private static final int MAX_MESSAGE_BYTES = 16 << 20;
  private static final int NARROW_BYTES = 65_535;
  private static final MethodDescriptor<ChatRequest, ChatEvent> CLASSIC_CHAT =
      ChatServiceGrpc.getChatMethod().toBuilder()
          .setFullMethodName(dev.parley.classic.ChatServiceGrpc.getChatMethod().getFullMethodName())
          .build();

  private sealed interface Item {
    record Message(ChatEvent event) implements Item {}

    record End(Status status) implements Item {}
  }

  private final Runnable disconnect;
  private final boolean batches;
  private final ClientCall<ChatRequest, ChatEvent> call;
  private final BlockingQueue<Item> received = new LinkedBlockingQueue<>();
  private final ArrayDeque<ChatEvent> batch = new ArrayDeque<>();
  private boolean asked;
  private long messages;
  private long bytes;
  private @Nullable Status end;

  private RawStream(ManagedChannel channel, Runnable disconnect) {
    this(channel, disconnect, ChatServiceGrpc.getChatMethod());
  }

  private RawStream(
      ManagedChannel channel,
      Runnable disconnect,
      MethodDescriptor<ChatRequest, ChatEvent> method) {
    this.disconnect = disconnect;
    batches = method == ChatServiceGrpc.getChatMethod();
    call = channel.newCall(method, CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(ChatEvent message) {
            received.add(new Item.Message(message));
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            received.add(new Item.End(status));
          }
        },
        new Metadata());
  }

  static ManagedChannel channel(String address) {
    return ManagedChannelBuilder.forTarget(address)
        .usePlaintext()
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .build();
  }

  /// Opens a stream in rooms, on a connection of its own.
  ///
  /// @param positions last sequence seen of each room
  static RawStream open(String address, String user, Map<String, Long> positions) {
    return open(address, user, rooms(positions));
  }

  /// Opens a stream in rooms, on a connection of its own.
  static RawStream open(String address, String user, List<RoomPosition> positions) {
    ManagedChannel channel = channel(address);
    return open(new RawStream(channel, channel::shutdownNow), user, positions);
  }

  /// Opens a stream in rooms, from their ends on, on a connection of its own that takes little at a
  /// time: what the user does not read stays with the server.
  static RawStream openNarrow(String address, String user, List<String> rooms) {
    ManagedChannel channel = narrow(address);
    List<RoomPosition> positions =
        rooms.stream().map(room -> RoomPosition.newBuilder().setRoomId(room).build()).toList();
    RawStream stream = open(new RawStream(channel, channel::shutdownNow), user, positions);
    rooms.forEach(_ -> stream.next(ChatEvent.EventCase.CAUGHT_UP));
    return stream;
  }

  /// The same in the classic protocol, of which the native one is a superset on the wire: rooms are
  /// entered by calls beside the stream, and events come one at a time.
  static RawStream openNarrowClassic(String address, String user, List<String> rooms) {
    ManagedChannel channel = narrow(address);
    RawStream stream = new RawStream(channel, channel::shutdownNow, CLASSIC_CHAT);
    stream.send(ChatRequest.newBuilder().setSender(User.newBuilder().setId(user)).build());
    var calls = dev.parley.classic.ChatServiceGrpc.newBlockingStub(channel);
    for (String room : rooms) {
      JoinRoomResponse answer =
          calls.joinRoom(
              JoinRoomRequest.newBuilder()
                  .setRoomId(room)
                  .setUser(dev.parley.classic.User.newBuilder().setId(user))
                  .build());
      assertThat(answer.getSuccess()).as("%s", answer).isTrue();
    }
    return stream;
  }

  /// A channel whose streams take little at a time: what is on its way to a user who reads slowly
  /// is with the server.
  static ManagedChannel narrow(String address) {
    return NettyChannelBuilder.forTarget(address)
        .usePlaintext()
        .flowControlWindow(NARROW_BYTES)
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .build();
  }

  /// Opens a stream in rooms on a connection that others may use too.
  ///
  /// @param positions last sequence seen of each room
  static RawStream open(ManagedChannel channel, String user, Map<String, Long> positions) {
    return open(new RawStream(channel, () -> {}), user, rooms(positions));
  }

  private static List<RoomPosition> rooms(Map<String, Long> positions) {
    return positions.entrySet().stream()
        .map(
            room ->
                RoomPosition.newBuilder()
                    .setRoomId(room.getKey())
                    .setSequence(room.getValue())
                    .build())
        .toList();
  }

  private static RawStream open(RawStream stream, String user, List<RoomPosition> positions) {
    stream.send(
        ChatRequest.newBuilder()
            .setSender(User.newBuilder().setId(user))
            .setHello(
                Hello.newBuilder()
                    .setClientName("system-test")
                    .addCapabilities(Capability.CAPABILITY_BATCH)
                    .addAllRooms(positions))
            .build());
    return stream;
  }

  void send(ChatRequest request) {
    call.sendMessage(request);
  }

  /// Sends a message with the text that belongs to its id.
  void say(String room, String id) {
    say(room, id, Words.of(id));
  }

  void say(String room, String id, String text) {
    send(
        ChatRequest.newBuilder()
            .setId(id)
            .setRoomId(room)
            .setContent(MessageContent.newBuilder().setText(text))
            .build());
  }

  void join(String room, String id, long after) {
    send(
        ChatRequest.newBuilder()
            .setId(id)
            .setRoomId(room)
            .setJoin(Join.newBuilder().setAfterSequence(after))
            .build());
  }

  void type(String room, boolean typing) {
    send(
        ChatRequest.newBuilder()
            .setRoomId(room)
            .setTyping(Typing.newBuilder().setIsTyping(typing))
            .build());
  }

  void ping(long nonce) {
    send(ChatRequest.newBuilder().setPing(Ping.newBuilder().setNonce(nonce)).build());
  }

  /// The next event; null: the stream has ended. Fails if neither comes for long.
  @Nullable ChatEvent next() {
    while (batch.isEmpty() && end == null) {
      if (!asked) {
        asked = true;
        call.request(1);
      }
      switch (poll()) {
        case Item.Message message -> {
          asked = false;
          messages++;
          bytes += message.event().getSerializedSize();
          if (message.event().getBatchCount() > 0) {
            assertThat(batches).as("a batch for a client that knows none").isTrue();
            batch.addAll(message.event().getBatchList());
          } else {
            batch.add(message.event());
          }
        }
        case Item.End ended -> end = ended.status();
      }
    }
    return batch.poll();
  }

  /// Messages of gRPC that were taken so far, each with an event or a batch of them.
  long messages() {
    return messages;
  }

  /// Bytes of these messages, without what frames them.
  long bytes() {
    return bytes;
  }

  private Item poll() {
    try {
      Item item = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (item == null) {
        throw new AssertionError("nothing came for " + PATIENCE_SECONDS + " s");
      }
      return item;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The next event of a kind; others are passed over. Fails at the stream's end.
  ChatEvent next(ChatEvent.EventCase kind) {
    for (ChatEvent event = next(); event != null; event = next()) {
      if (event.getEventCase() == kind) {
        return event;
      }
    }
    throw new AssertionError("no %s before the end: %s".formatted(kind, end));
  }

  /// The answer to a request: its ack or error. Others are passed over. Fails at the stream's end.
  ChatEvent answer(String id) {
    for (ChatEvent event = next(); event != null; event = next()) {
      boolean acknowledged = event.hasAck() && event.getAck().getMessageId().equals(id);
      boolean refused = event.hasError() && event.getError().getRequestId().equals(id);
      if (acknowledged || refused) {
        return event;
      }
    }
    throw new AssertionError("no answer to %s before the end: %s".formatted(id, end));
  }

  /// Says something that must be acknowledged.
  AckEvent sayAcknowledged(String room, String id) {
    say(room, id);
    ChatEvent answer = answer(id);
    assertThat(answer.hasAck()).as("%s", answer).isTrue();
    return answer.getAck();
  }

  /// Checks that the stream is alive.
  void pingPong() {
    long nonce = System.nanoTime();
    ping(nonce);
    assertThat(next(ChatEvent.EventCase.PONG).getPong().getNonce()).isEqualTo(nonce);
  }

  /// Takes what comes until the stream has ended.
  Status awaitEnd() {
    while (next() != null) {
      // passed over
    }
    assertThat(end).isNotNull();
    return end;
  }

  void halfClose() {
    call.halfClose();
  }

  @Override
  public void close() {
    call.cancel("closed by the test", null);
    disconnect.run();
  }
}
