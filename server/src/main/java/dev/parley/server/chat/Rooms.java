package dev.parley.server.chat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.Room;
import dev.parley.core.access.Access;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.room.RoomRules;
import dev.parley.core.room.RoomState;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.TopicHead;
import java.time.Instant;

/// Rooms and messages as the journal's reader knows them. Stateless; blocks where the reader does.
final class Rooms {
  private static final RoomCodec CODEC = new RoomCodec();

  private Rooms() {}

  /// A room that the caller may see.
  ///
  /// @throws RefusedException ROOM_NOT_FOUND if there is none
  static JournalReader.Listing visible(JournalReader reader, Caller caller, String room)
      throws JournalException, RefusedException {
    JournalReader.Listing listing = reader.topic(RoomRules.topic(room), caller.id());
    if (listing == null
        || !Access.permits(
            caller, Access.Action.SEE, state(listing.head()).open(), listing.membership(), false)) {
      throw new RefusedException(notFound(room));
    }
    return listing;
  }

  static Refusal notFound(String room) {
    return Reason.ROOM_NOT_FOUND.because("room not found: \"" + room + "\"");
  }

  static RoomState state(TopicHead head) {
    return CODEC.decodeState(head.topic(), head.snapshot().state());
  }

  static Room.Builder room(JournalReader.Listing listing) {
    return room(listing, state(listing.head()));
  }

  static Room.Builder room(JournalReader.Listing listing, RoomState state) {
    Room.Builder room =
        Mapping.room(state).toBuilder()
            .setMemberCount(listing.members())
            .setLastSequence(listing.head().lastSequence())
            .setUnreadCount(listing.unread());
    Member membership = listing.membership();
    if (membership != null) {
      room.setRole(Mapping.role(membership.role())).setReadSequence(membership.readSequence());
    }
    return room;
  }

  static ChatMessage message(Entry entry) {
    try {
      return ChatMessage.parseFrom(entry.body()).toBuilder().setSequence(entry.sequence()).build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("message " + entry.sequence() + " cannot be read", e);
    }
  }

  /// When a message was said, for ordering those of several rooms.
  static Instant saidAt(ChatMessage message) {
    return Mapping.instant(message.getTimestamp());
  }
}
