package dev.parley.server.chat;

import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.Capability;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.chat.v1.Delete;
import dev.parley.chat.v1.Edit;
import dev.parley.chat.v1.ErrorEvent;
import dev.parley.chat.v1.Hello;
import dev.parley.chat.v1.Join;
import dev.parley.chat.v1.Leave;
import dev.parley.chat.v1.MessageContent;
import dev.parley.chat.v1.Pong;
import dev.parley.chat.v1.React;
import dev.parley.chat.v1.Read;
import dev.parley.chat.v1.RoomJoinedEvent;
import dev.parley.chat.v1.RoomPosition;
import dev.parley.chat.v1.SetStatus;
import dev.parley.chat.v1.Typing;
import dev.parley.chat.v1.User;
import dev.parley.chat.v1.UserStatus;
import dev.parley.server.Inbox;
import io.grpc.Channel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/// A client of the native protocol, bare: it sends what it is told, answers pings, and keeps every
/// event, those of batches one by one.
final class NativeStream {
  static final String ROOM = "general";

  private static final String NO_ROOM = "no-such-room";

  private final AtomicInteger batches = new AtomicInteger();
  private final Inbox<ChatRequest, ChatEvent, ChatEvent> inbox;
  private long fences;

  private NativeStream(Channel channel, int responses) {
    inbox = responses < 0 ? Inbox.of(this::events) : Inbox.slow(this::events, responses);
    var unused = ChatServiceGrpc.newStub(channel).chat(inbox);
  }

  /// A stream on which nothing has been sent.
  static NativeStream silent(Channel channel) {
    return new NativeStream(channel, -1);
  }

  /// A stream that takes a few responses and then no more, and on which nothing has been sent.
  static NativeStream slow(Channel channel, int responses) {
    return new NativeStream(channel, responses);
  }

  private List<ChatEvent> events(ChatEvent event) {
    if (event.getBatchCount() == 0) {
      return List.of(event);
    }
    batches.incrementAndGet();
    return event.getBatchList();
  }

  /// A stream that has been welcomed.
  static NativeStream open(Channel channel, String user) {
    return open(channel, hello(user));
  }

  static NativeStream open(Channel channel, ChatRequest.Builder hello) {
    NativeStream stream = silent(channel);
    stream.send(hello);
    stream.await(EventCase.WELCOME);
    return stream;
  }

  /// A stream that is in the usual room, from now on.
  static NativeStream joined(Channel channel, String user) {
    NativeStream stream = open(channel, user);
    stream.join(ROOM);
    return stream;
  }

  static ChatRequest.Builder hello(String user) {
    return hello(user, Hello.newBuilder().addCapabilities(Capability.CAPABILITY_BATCH));
  }

  static ChatRequest.Builder hello(String user, Hello.Builder hello) {
    return ChatRequest.newBuilder()
        .setSender(User.newBuilder().setId(user))
        .setHello(hello.setClientName("test"));
  }

  /// A hello that resumes the usual room.
  static ChatRequest.Builder resume(String user, long sequence, long epoch) {
    return hello(
        user,
        Hello.newBuilder()
            .addCapabilities(Capability.CAPABILITY_BATCH)
            .addRooms(
                RoomPosition.newBuilder().setRoomId(ROOM).setSequence(sequence).setEpoch(epoch)));
  }

  static ChatRequest.Builder text(String id, String text) {
    return ChatRequest.newBuilder()
        .setId(id)
        .setRoomId(ROOM)
        .setContent(MessageContent.newBuilder().setText(text));
  }

  static ChatRequest.Builder request(String id) {
    return ChatRequest.newBuilder().setId(id).setRoomId(ROOM);
  }

  /// A text in another room than the usual one.
  static ChatRequest.Builder textIn(String room, String id, String text) {
    return text(id, text).setRoomId(room);
  }

  static ChatRequest.Builder edit(String id, String message, String text) {
    return text(id, text).setEdit(Edit.newBuilder().setMessageId(message));
  }

  static ChatRequest.Builder delete(String id, String message) {
    return request(id).setDelete(Delete.newBuilder().setMessageId(message));
  }

  static ChatRequest.Builder react(String id, String message, String emoji) {
    return request(id).setReact(React.newBuilder().setMessageId(message).setEmoji(emoji));
  }

  static ChatRequest.Builder readUpTo(long sequence) {
    return request("").setRead(Read.newBuilder().setSequence(sequence));
  }

  static ChatRequest.Builder typing(boolean on) {
    return request("").setTyping(Typing.newBuilder().setIsTyping(on));
  }

  static ChatRequest.Builder status(String id, UserStatus status) {
    return ChatRequest.newBuilder().setId(id).setStatus(SetStatus.newBuilder().setStatus(status));
  }

  static ChatRequest.Builder leave(String id) {
    return request(id).setLeave(Leave.getDefaultInstance());
  }

  /// Waits until everything that was asked before has been answered, and what was published before
  /// has come.
  void fence() {
    long nonce = ++fences;
    String id = "fence-" + System.identityHashCode(this) + "-" + nonce;
    // the engine works its queue off in order, and so do event loops
    send(
        ChatRequest.newBuilder().setId(id).setRoomId(NO_ROOM).setLeave(Leave.getDefaultInstance()));
    await(e -> e.getError().getRequestId().equals(id));
  }

  NativeStream send(ChatRequest.Builder request) {
    inbox.call().onNext(request.build());
    return this;
  }

  /// Enters a room, from now on.
  RoomJoinedEvent join(String room) {
    return join(room, Join.newBuilder());
  }

  RoomJoinedEvent join(String room, Join.Builder join) {
    String id = "join-" + room + "-" + inbox.all().size();
    send(ChatRequest.newBuilder().setId(id).setRoomId(room).setJoin(join));
    return await(e -> e.getRoomJoined().getRequestId().equals(id)).getRoomJoined();
  }

  /// Sends a text and waits for its ack.
  AckEvent said(String id, String text) {
    send(text(id, text));
    return ack(id);
  }

  /// Sends a request and waits for its ack.
  AckEvent done(ChatRequest.Builder request) {
    send(request);
    return ack(request.getId());
  }

  /// Sends a request and waits for its refusal.
  ErrorEvent refused(ChatRequest.Builder request) {
    send(request);
    return error(request.getId());
  }

  AckEvent ack(String id) {
    ChatEvent answer = answer(id);
    if (!answer.hasAck()) {
      throw new AssertionError("no ack: " + answer);
    }
    return answer.getAck();
  }

  ErrorEvent error(String id) {
    ChatEvent answer = answer(id);
    if (!answer.hasError()) {
      throw new AssertionError("no error: " + answer);
    }
    return answer.getError();
  }

  private ChatEvent answer(String id) {
    return await(
        e ->
            (e.hasAck() && e.getAck().getMessageId().equals(id))
                || (e.hasError() && e.getError().getRequestId().equals(id)));
  }

  ChatEvent message(String text) {
    return await(e -> e.getMessage().getContent().getText().equals(text));
  }

  ChatEvent await(EventCase kind) {
    return await(event -> event.getEventCase() == kind);
  }

  ChatEvent await(Predicate<ChatEvent> fits) {
    return inbox.await(
        event -> {
          if (event.hasPing() && !inbox.hasEnded()) {
            Pong.Builder pong = Pong.newBuilder().setNonce(event.getPing().getNonce());
            send(ChatRequest.newBuilder().setPong(pong));
          }
          return fits.test(event);
        });
  }

  /// The first event that fits of all that have come or will, awaited before or not.
  ChatEvent find(Predicate<ChatEvent> fits) {
    return inbox.find(fits);
  }

  List<ChatEvent> all() {
    return inbox.all();
  }

  List<ChatEvent> all(EventCase kind) {
    return all().stream().filter(event -> event.getEventCase() == kind).toList();
  }

  /// All messages that have come.
  List<ChatMessage> messages() {
    return all(EventCase.MESSAGE).stream().map(ChatEvent::getMessage).toList();
  }

  /// Texts of all messages that have come.
  List<String> texts() {
    return messages().stream().map(message -> message.getContent().getText()).toList();
  }

  /// Sequences of all journaled events that have come.
  List<Long> sequences() {
    return all().stream().map(ChatEvent::getSequence).filter(s -> s > 0).toList();
  }

  /// How many batches have come.
  int batches() {
    return batches.get();
  }

  Inbox<ChatRequest, ChatEvent, ChatEvent> inbox() {
    return inbox;
  }

  void halfClose() {
    inbox.call().onCompleted();
  }

  /// Breaks the stream off.
  void cancel() {
    inbox.call().cancel("broken by the test", null);
  }
}
