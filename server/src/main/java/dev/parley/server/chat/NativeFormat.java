package dev.parley.server.chat;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.parley.chat.v1.CaughtUpEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.MessageGrowingEvent;
import dev.parley.chat.v1.MessageReadEvent;
import dev.parley.chat.v1.PresenceEvent;
import dev.parley.chat.v1.RoomClosedEvent;
import dev.parley.chat.v1.User;
import dev.parley.chat.v1.UserJoinedEvent;
import dev.parley.chat.v1.UserLeftEvent;
import dev.parley.chat.v1.UserStatus;
import dev.parley.chat.v1.UserStatusEvent;
import dev.parley.chat.v1.UserTypingEvent;
import dev.parley.core.presence.PresenceSignal;
import dev.parley.core.room.RoomSignal;
import dev.parley.core.signal.Signal;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import dev.parley.server.delivery.WireEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Events as `parley.chat.v1.ChatEvent`. Pure.
final class NativeFormat implements dev.parley.server.delivery.WireFormat {
  private static final int BATCH = ChatEvent.BATCH_FIELD_NUMBER;
  private static final int SEQUENCE = ChatEvent.SEQUENCE_FIELD_NUMBER;
  private static final int MESSAGE_SEQUENCE = ChatMessage.SEQUENCE_FIELD_NUMBER;

  private final boolean growing;
  private final NativeFormat ofEntries;

  NativeFormat() {
    growing = false;
    ofEntries = this;
  }

  private NativeFormat(NativeFormat ofEntries) {
    growing = true;
    this.ofEntries = ofEntries;
  }

  /// The same, and messages while they are written.
  NativeFormat growing() {
    return new NativeFormat(this);
  }

  @Override
  public dev.parley.server.delivery.WireFormat ofEntries() {
    return ofEntries;
  }

  static WireEvent of(ChatEvent event) {
    return WireEvent.of(event, BATCH);
  }

  static WireEvent of(ChatEvent.Builder event) {
    return of(event.build());
  }

  /// The stored body as it is, with the sequence after it: at the end of the message if it is one,
  /// and at the end of the event. Fields may come in any order (Protocol Buffers, "Encoding").
  @Override
  public WireEvent event(TopicId topic, Entry entry) {
    byte[] body = entry.body();
    boolean message = entry.type() == RoomCodec.MESSAGE;
    int inner =
        body.length
            + (message
                ? CodedOutputStream.computeInt64Size(MESSAGE_SEQUENCE, entry.sequence())
                : 0);
    int size =
        CodedOutputStream.computeTagSize(entry.type())
            + CodedOutputStream.computeUInt32SizeNoTag(inner)
            + inner
            + CodedOutputStream.computeInt64Size(SEQUENCE, entry.sequence());
    return WireEvent.build(
        BATCH,
        size,
        out -> {
          out.writeTag(entry.type(), WireFormat.WIRETYPE_LENGTH_DELIMITED);
          out.writeUInt32NoTag(inner);
          out.writeRawBytes(body);
          if (message) {
            out.writeInt64(MESSAGE_SEQUENCE, entry.sequence());
          }
          out.writeInt64(SEQUENCE, entry.sequence());
        });
  }

  @Override
  public List<WireEvent> events(TopicId topic, Signal signal) {
    String room = topic.name();
    return switch (signal) {
      case PresenceSignal presence -> List.of(of(presence(room, presence)));
      case RoomSignal.Growing _ when !growing -> List.of();
      case RoomSignal told -> List.of(of(told(room, told)));
      default -> List.of();
    };
  }

  private static ChatEvent.Builder presence(String room, PresenceSignal signal) {
    ChatEvent.Builder event = ChatEvent.newBuilder();
    return switch (signal) {
      case PresenceSignal.Joined joined ->
          event.setUserJoined(
              UserJoinedEvent.newBuilder()
                  .setRoomId(room)
                  .setUser(Mapping.user(joined.who()))
                  .setTimestamp(Mapping.timestamp(joined.atMicros())));
      case PresenceSignal.Left left ->
          event.setUserLeft(
              UserLeftEvent.newBuilder()
                  .setRoomId(room)
                  .setUser(offline(left.user()))
                  .setTimestamp(Mapping.timestamp(left.atMicros())));
      case PresenceSignal.Summary summary ->
          event.setPresence(
              PresenceEvent.newBuilder()
                  .setRoomId(room)
                  .addAllJoinedUsers(
                      summary.joined().stream().map(who -> Mapping.named(who)).toList())
                  .addAllLeftUsers(
                      summary.left().stream()
                          .map(user -> offline(user).toBuilder().clearAvatarUrl().build())
                          .toList())
                  .addAllChangedUsers(
                      summary.changed().stream().map(who -> Mapping.named(who)).toList())
                  .setJoinedCount(summary.joinedCount())
                  .setLeftCount(summary.leftCount())
                  .setChangedCount(summary.changedCount())
                  .setOnlineCount(summary.online()));
      case PresenceSignal.StatusChanged changed ->
          event.setUserStatus(
              UserStatusEvent.newBuilder().setRoomId(room).setUser(Mapping.user(changed.who())));
    };
  }

  private static ChatEvent.Builder told(String room, RoomSignal signal) {
    ChatEvent.Builder event = ChatEvent.newBuilder();
    return switch (signal) {
      case RoomSignal.Typing typing ->
          event.setUserTyping(
              UserTypingEvent.newBuilder()
                  .setRoomId(room)
                  .setUser(Mapping.user(typing.user()))
                  .setIsTyping(typing.on()));
      case RoomSignal.ReadUpTo read ->
          event.setMessageRead(
              MessageReadEvent.newBuilder()
                  .setRoomId(room)
                  .setMessageId(read.messageId())
                  .setReader(Mapping.user(read.user()))
                  .setTimestamp(Mapping.timestamp(read.atMicros()))
                  .setSequence(read.sequence()));
      case RoomSignal.Growing growing ->
          event.setMessageGrowing(
              MessageGrowingEvent.newBuilder()
                  .setMessage(Mapping.message(room, growing.message()))
                  .setAskerId(growing.asker()));
    };
  }

  private static User offline(Profile user) {
    return Mapping.user(user).toBuilder().setStatus(UserStatus.USER_STATUS_OFFLINE).build();
  }

  @Override
  public WireEvent caughtUp(TopicId topic, long sequence) {
    return of(
        ChatEvent.newBuilder()
            .setCaughtUp(CaughtUpEvent.newBuilder().setRoomId(topic.name()).setSequence(sequence)));
  }

  @Override
  public @Nullable WireEvent closed(TopicId topic, String reason) {
    return of(
        ChatEvent.newBuilder()
            .setRoomClosed(RoomClosedEvent.newBuilder().setRoomId(topic.name()).setReason(reason)));
  }
}
