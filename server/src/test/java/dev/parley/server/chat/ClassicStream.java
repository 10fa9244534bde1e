package dev.parley.server.chat;

import com.google.protobuf.Timestamp;
import dev.parley.classic.AckEvent;
import dev.parley.classic.ChatEvent;
import dev.parley.classic.ChatEvent.EventCase;
import dev.parley.classic.ChatMessage;
import dev.parley.classic.ChatServiceGrpc;
import dev.parley.classic.GetHistoryRequest;
import dev.parley.classic.GetOnlineUsersRequest;
import dev.parley.classic.JoinRoomRequest;
import dev.parley.classic.JoinRoomResponse;
import dev.parley.classic.LeaveRoomRequest;
import dev.parley.classic.LeaveRoomResponse;
import dev.parley.classic.MessageContent;
import dev.parley.classic.User;
import dev.parley.classic.UserStatus;
import dev.parley.server.Inbox;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

/// A client of the classic protocol, which does what the widely copied one does.
final class ClassicStream {
  static final String ROOM = "general";

  private final User user;
  private final ChatServiceGrpc.ChatServiceBlockingStub calls;
  private final Inbox<ChatMessage, ChatEvent, ChatEvent> inbox;

  private ClassicStream(
      Channel channel, User user, Inbox<ChatMessage, ChatEvent, ChatEvent> inbox) {
    this.user = user;
    this.inbox = inbox;
    calls = ChatServiceGrpc.newBlockingStub(channel);
    var unused = ChatServiceGrpc.newStub(channel).chat(inbox);
  }

  static User user(String id) {
    return User.newBuilder()
        .setId(id)
        .setUsername(id + "-name")
        .setDisplayName(id.toUpperCase(java.util.Locale.ROOT))
        .setStatus(UserStatus.USER_STATUS_ONLINE)
        .build();
  }

  /// A stream whose first frame is still to be sent.
  static ClassicStream silent(Channel channel, String id) {
    return new ClassicStream(channel, user(id), Inbox.of(List::of));
  }

  /// A stream that is in the usual room, and takes nothing that comes.
  static ClassicStream slow(Channel channel, String id) {
    ClassicStream stream = new ClassicStream(channel, user(id), Inbox.slow(List::of, 0));
    stream.introduce();
    return stream.entered();
  }

  /// A stream that has introduced its user.
  static ClassicStream open(Channel channel, String id) {
    ClassicStream stream = silent(channel, id);
    stream.introduce();
    return stream;
  }

  /// A stream that is in the usual room.
  static ClassicStream joined(Channel channel, String id) {
    return open(channel, id).entered();
  }

  private ClassicStream entered() {
    if (!join(ROOM).getSuccess()) {
      throw new AssertionError(user.getId() + " could not join");
    }
    return this;
  }

  void introduce() {
    send(
        ChatMessage.newBuilder()
            .setId(UUID.randomUUID().toString())
            .setSender(user)
            .setTimestamp(Timestamp.newBuilder().setSeconds(1_700_000_000)));
  }

  JoinRoomResponse join(String room) {
    return calls.joinRoom(JoinRoomRequest.newBuilder().setRoomId(room).setUser(user).build());
  }

  LeaveRoomResponse leave(String room) {
    return calls.leaveRoom(
        LeaveRoomRequest.newBuilder().setRoomId(room).setUserId(user.getId()).build());
  }

  List<ChatMessage> history(String room, int limit, String before) {
    List<ChatMessage> page = new ArrayList<>();
    calls
        .getHistory(
            GetHistoryRequest.newBuilder()
                .setRoomId(room)
                .setLimit(limit)
                .setBeforeMessageId(before)
                .build())
        .forEachRemaining(page::add);
    return page;
  }

  List<String> online(String room) {
    return calls
        .getOnlineUsers(GetOnlineUsersRequest.newBuilder().setRoomId(room).build())
        .getUsersList()
        .stream()
        .map(User::getId)
        .toList();
  }

  void send(ChatMessage.Builder message) {
    inbox.call().onNext(message.build());
  }

  static ChatMessage.Builder text(String id, String text) {
    return ChatMessage.newBuilder()
        .setId(id)
        .setRoomId(ROOM)
        .setContent(MessageContent.newBuilder().setText(text));
  }

  /// Sends a text in the usual room.
  void say(String id, String text) {
    send(text(id, text).setSender(user));
  }

  /// Sends a text and waits for its ack.
  AckEvent said(String id, String text) {
    say(id, text);
    return ack(id);
  }

  AckEvent ack(String id) {
    return await(e -> e.getAck().getMessageId().equals(id)).getAck();
  }

  ChatMessage message(String text) {
    return await(e -> e.getMessage().getContent().getText().equals(text)).getMessage();
  }

  ChatEvent await(EventCase kind) {
    return await(event -> event.getEventCase() == kind);
  }

  ChatEvent await(Predicate<ChatEvent> fits) {
    return inbox.await(fits);
  }

  /// Everything that has come, of one kind.
  List<ChatEvent> all(EventCase kind) {
    return all().stream().filter(event -> event.getEventCase() == kind).toList();
  }

  List<ChatEvent> all() {
    return inbox.all();
  }

  /// Texts of all messages that have come.
  List<String> texts() {
    return all(EventCase.MESSAGE).stream()
        .map(event -> event.getMessage().getContent().getText())
        .toList();
  }

  Inbox<ChatMessage, ChatEvent, ChatEvent> inbox() {
    return inbox;
  }

  /// Ends as the widely copied client does.
  void cancel() {
    inbox.call().cancel("closed by the test", null);
  }
}
