package dev.parley.client;

import com.google.protobuf.Timestamp;
import dev.parley.chat.v1.Capability;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.Delete;
import dev.parley.chat.v1.Edit;
import dev.parley.chat.v1.Hello;
import dev.parley.chat.v1.Join;
import dev.parley.chat.v1.Leave;
import dev.parley.chat.v1.MessageContent;
import dev.parley.chat.v1.Ping;
import dev.parley.chat.v1.Pong;
import dev.parley.chat.v1.React;
import dev.parley.chat.v1.Read;
import dev.parley.chat.v1.RoomPosition;
import dev.parley.chat.v1.SetStatus;
import dev.parley.chat.v1.Stop;
import dev.parley.chat.v1.Typing;
import dev.parley.chat.v1.User;
import dev.parley.chat.v1.UserStatus;
import java.time.Instant;
import java.util.List;

/// The requests of the stream. Those with an id are answered.
final class Requests {

  private Requests() {}

  static ChatRequest hello(
      User user, String clientName, boolean echo, boolean growing, List<RoomPosition> rooms) {
    Hello.Builder hello =
        Hello.newBuilder()
            .setClientName(clientName)
            .addCapabilities(Capability.CAPABILITY_BATCH)
            .addAllRooms(rooms)
            .setWithoutEcho(!echo);
    if (growing) {
      hello.addCapabilities(Capability.CAPABILITY_GROWING);
    }
    return ChatRequest.newBuilder().setSender(user).setHello(hello).build();
  }

  static ChatRequest message(OutgoingMessage message) {
    ChatRequest.Builder request =
        ChatRequest.newBuilder()
            .setId(message.id())
            .setRoomId(message.room())
            .setContent(message.content())
            .addAllMentions(message.mentions());
    String replyTo = message.replyTo();
    if (replyTo != null) {
      request.setReplyToId(replyTo);
    }
    Instant time = message.timestamp();
    if (time != null) {
      request.setTimestamp(
          Timestamp.newBuilder().setSeconds(time.getEpochSecond()).setNanos(time.getNano()));
    }
    return request.build();
  }

  static ChatRequest edit(
      String room, MessageRef message, MessageContent content, List<String> mentions) {
    return answered(room)
        .setContent(content)
        .addAllMentions(mentions)
        .setEdit(Edit.newBuilder().setMessageId(message.id()).setSequence(message.sequence()))
        .build();
  }

  static ChatRequest delete(String room, MessageRef message) {
    return answered(room)
        .setDelete(Delete.newBuilder().setMessageId(message.id()).setSequence(message.sequence()))
        .build();
  }

  static ChatRequest stop(String room, String message) {
    return answered(room).setStop(Stop.newBuilder().setMessageId(message)).build();
  }

  static ChatRequest react(String room, MessageRef message, String emoji, boolean remove) {
    return answered(room)
        .setReact(
            React.newBuilder()
                .setMessageId(message.id())
                .setSequence(message.sequence())
                .setEmoji(emoji)
                .setRemove(remove))
        .build();
  }

  static ChatRequest join(String room, JoinFrom from) {
    Join.Builder join = Join.newBuilder();
    switch (from) {
      case JoinFrom.Now() -> {}
      case JoinFrom.History(int count) -> join.setHistory(count);
      case JoinFrom.After(long sequence, long epoch) ->
          join.setAfterSequence(sequence).setEpoch(epoch);
    }
    return answered(room).setJoin(join).build();
  }

  static ChatRequest leave(String room) {
    return answered(room).setLeave(Leave.getDefaultInstance()).build();
  }

  static ChatRequest status(UserStatus status) {
    return answered("").setStatus(SetStatus.newBuilder().setStatus(status)).build();
  }

  static ChatRequest typing(String room, boolean isTyping) {
    return ChatRequest.newBuilder()
        .setRoomId(room)
        .setTyping(Typing.newBuilder().setIsTyping(isTyping))
        .build();
  }

  static ChatRequest read(String room, long sequence) {
    return ChatRequest.newBuilder()
        .setRoomId(room)
        .setRead(Read.newBuilder().setSequence(sequence))
        .build();
  }

  static ChatRequest ping(long nonce) {
    return ChatRequest.newBuilder().setPing(Ping.newBuilder().setNonce(nonce)).build();
  }

  static ChatRequest pong(long nonce) {
    return ChatRequest.newBuilder().setPong(Pong.newBuilder().setNonce(nonce)).build();
  }

  private static ChatRequest.Builder answered(String room) {
    return ChatRequest.newBuilder().setId(Ids.next()).setRoomId(room);
  }
}
