package dev.parley.server.chat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.MemberChangedEvent;
import dev.parley.chat.v1.MessageDeletedEvent;
import dev.parley.chat.v1.MessageEditedEvent;
import dev.parley.chat.v1.ReactionEvent;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomUpdatedEvent;
import dev.parley.core.room.Content;
import dev.parley.core.room.Message;
import dev.parley.core.room.RoomEntry;
import dev.parley.core.room.RoomState;
import dev.parley.core.topic.Amendment;
import dev.parley.core.topic.Codec;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A room's journal as protocol buffers: an entry's type is the number of its event in
/// `parley.chat.v1.ChatEvent`, its body that event's message. So what is stored goes to the wire as
/// it is. Pure.
public final class RoomCodec implements Codec<RoomState, RoomEntry> {
  static final int MESSAGE = ChatEvent.MESSAGE_FIELD_NUMBER;
  private static final int EDITED = ChatEvent.MESSAGE_EDITED_FIELD_NUMBER;
  private static final int DELETED = ChatEvent.MESSAGE_DELETED_FIELD_NUMBER;
  private static final int REACTION = ChatEvent.REACTION_FIELD_NUMBER;
  private static final int ROOM = ChatEvent.ROOM_UPDATED_FIELD_NUMBER;
  private static final int MEMBER = ChatEvent.MEMBER_CHANGED_FIELD_NUMBER;

  @Override
  public Encoded encode(TopicId topic, long sequence, RoomEntry entry, long atMicros) {
    String room = topic.name();
    String author = entry.by().id();
    return switch (entry) {
      case RoomEntry.Said said -> {
        Message message = said.message();
        String parent = message.replyTo().isEmpty() ? null : message.replyTo();
        byte[] body = Mapping.message(room, message).toByteArray();
        yield new Encoded(
            new Draft(MESSAGE, true, author, message.id(), parent, atMicros, body, words(message)),
            List.of());
      }
      case RoomEntry.Edited edited -> {
        Message now = edited.message().editedBy(sequence);
        yield new Encoded(
            change(EDITED, author, edited.key(), atMicros, edit(room, now)),
            amendments(room, now, edited.message().editSequence()));
      }
      case RoomEntry.Deleted deleted ->
          new Encoded(
              change(
                  DELETED,
                  author,
                  deleted.key(),
                  atMicros,
                  MessageDeletedEvent.newBuilder()
                      .setRoomId(room)
                      .setMessageId(deleted.message().id())
                      .setMessageSequence(deleted.message().sequence())
                      .setAuthorId(deleted.message().author().id())
                      .setDeletedBy(Mapping.user(deleted.by()))
                      .setTimestamp(Mapping.timestamp(atMicros))
                      .build()
                      .toByteArray()),
              amendments(room, deleted.message(), deleted.message().editSequence()));
      case RoomEntry.Reacted reacted ->
          new Encoded(
              change(
                  REACTION,
                  author,
                  reacted.key(),
                  atMicros,
                  ReactionEvent.newBuilder()
                      .setRoomId(room)
                      .setMessageId(reacted.message().id())
                      .setMessageSequence(reacted.message().sequence())
                      .setUser(Mapping.user(reacted.by()))
                      .setEmoji(reacted.emoji())
                      .setRemoved(reacted.removed())
                      .setTimestamp(Mapping.timestamp(atMicros))
                      .build()
                      .toByteArray()),
              List.of(
                  Amendment.ofBody(
                      reacted.message().sequence(),
                      Mapping.message(room, reacted.message()).toByteArray())));
      case RoomEntry.RoomChanged changed ->
          new Encoded(
              change(
                  ROOM,
                  author,
                  "",
                  atMicros,
                  RoomUpdatedEvent.newBuilder()
                      .setRoom(Mapping.room(changed.room()))
                      .setUpdatedBy(Mapping.user(changed.by()))
                      .setTimestamp(Mapping.timestamp(atMicros))
                      .build()
                      .toByteArray()),
              List.of());
      case RoomEntry.MemberChanged changed ->
          new Encoded(
              change(
                  MEMBER,
                  author,
                  "",
                  atMicros,
                  MemberChangedEvent.newBuilder()
                      .setRoomId(room)
                      .setUser(Mapping.user(changed.user()))
                      .setRole(Mapping.role(changed.role()))
                      .setChangedBy(Mapping.user(changed.by()))
                      .setTimestamp(Mapping.timestamp(atMicros))
                      .build()
                      .toByteArray()),
              List.of());
    };
  }

  private static Draft change(int type, String author, String key, long atMicros, byte[] body) {
    return new Draft(type, false, author, key.isEmpty() ? null : key, null, atMicros, body, null);
  }

  private static byte[] edit(String room, Message message) {
    return MessageEditedEvent.newBuilder()
        .setMessage(Mapping.message(room, message).toBuilder().setSequence(message.sequence()))
        .build()
        .toByteArray();
  }

  /// The message itself is read as it is now, and an earlier edit no longer tells what it said.
  ///
  /// @param supersededEdit place of the entry that holds content which is no longer; 0: none does
  private static List<Amendment> amendments(String room, Message message, long supersededEdit) {
    Amendment itself =
        new Amendment(
            message.sequence(), Mapping.message(room, message).toByteArray(), words(message));
    return supersededEdit == 0
        ? List.of(itself)
        : List.of(itself, Amendment.ofBody(supersededEdit, edit(room, message.superseded())));
  }

  private static @Nullable String words(Message message) {
    return switch (message.content()) {
      case null -> null;
      case Content.Text text -> text.text();
      case Content.Image image -> image.altText().isEmpty() ? null : image.altText();
      case Content.File file -> file.name().isEmpty() ? null : file.name();
    };
  }

  @Override
  public RoomEntry decode(TopicId topic, Entry entry) {
    try {
      byte[] body = entry.body();
      String key = entry.key() == null ? "" : entry.key();
      return switch (entry.type()) {
        case MESSAGE ->
            new RoomEntry.Said(Mapping.message(ChatMessage.parseFrom(body), entry.sequence()));
        case EDITED -> {
          ChatMessage message = MessageEditedEvent.parseFrom(body).getMessage();
          Message edited = Mapping.message(message, message.getSequence());
          yield new RoomEntry.Edited(edited.author(), key, edited);
        }
        case DELETED -> {
          MessageDeletedEvent event = MessageDeletedEvent.parseFrom(body);
          Instant at = Mapping.instant(event.getTimestamp());
          Profile by = Mapping.stored(event.getDeletedBy());
          yield new RoomEntry.Deleted(
              by,
              key,
              stub(event.getMessageId(), event.getMessageSequence(), event.getAuthorId(), at));
        }
        case REACTION -> {
          ReactionEvent event = ReactionEvent.parseFrom(body);
          Instant at = Mapping.instant(event.getTimestamp());
          yield new RoomEntry.Reacted(
              Mapping.stored(event.getUser()),
              key,
              stub(event.getMessageId(), event.getMessageSequence(), "", at),
              event.getEmoji(),
              event.getRemoved());
        }
        case ROOM -> {
          RoomUpdatedEvent event = RoomUpdatedEvent.parseFrom(body);
          yield new RoomEntry.RoomChanged(
              Mapping.stored(event.getUpdatedBy()), Mapping.room(event.getRoom()));
        }
        case MEMBER -> {
          MemberChangedEvent event = MemberChangedEvent.parseFrom(body);
          yield new RoomEntry.MemberChanged(
              Mapping.stored(event.getChangedBy()),
              Mapping.stored(event.getUser()),
              Mapping.role(event.getRole()));
        }
        default ->
            throw new IllegalStateException(
                "entry %d of %s: type %d is not known (written by a newer version?)"
                    .formatted(entry.sequence(), topic, entry.type()));
      };
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(
          "entry %d of %s cannot be read".formatted(entry.sequence(), topic), e);
    }
  }

  /// Whether a message says something still.
  static boolean hasContent(Entry message) {
    try {
      return ChatMessage.parseFrom(message.body()).hasContent();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("message " + message.sequence() + " cannot be read", e);
    }
  }

  /// What a change's entry remembers of the message that it changed.
  private static Message stub(String id, long sequence, String author, Instant at) {
    Profile profile = new Profile(author, author, author, "");
    return new Message(id, sequence, profile, null, at, "", List.of(), null, 0, null, List.of());
  }

  @Override
  public byte[] encodeState(RoomState state) {
    return Mapping.room(state).toByteArray();
  }

  @Override
  public RoomState decodeState(TopicId topic, byte[] state) {
    try {
      return Mapping.room(Room.parseFrom(state));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("state of " + topic + " cannot be read", e);
    }
  }
}
