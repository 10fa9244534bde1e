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
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.TopicHead;
import dev.parley.core.topic.TopicId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rooms and messages as the journal's reader knows them. Stateless; blocks where the reader does.
final class Rooms {
  private static final RoomCodec CODEC = new RoomCodec();

  private Rooms() {}

  /// Checks that the caller may see a room.
  ///
  /// @return the sequence of its newest entry
  /// @throws RefusedException ROOM_NOT_FOUND if there is none that he may
  static long visible(JournalReader reader, Caller caller, String room)
      throws JournalException, RefusedException {
    TopicId topic = RoomRules.topic(room);
    TopicHead head = reader.head(topic);
    if (head == null || head.erased()) {
      throw new RefusedException(notFound(room));
    }
    Lookup.OfMember lookup = new Lookup.OfMember(topic, caller.id());
    Member member = reader.find(List.of(lookup)).members().get(lookup);
    if (!Access.permits(caller, Access.Action.SEE, state(head).open(), member, false)) {
      throw new RefusedException(notFound(room));
    }
    return head.lastSequence();
  }

  /// Whether the caller may see a room.
  static boolean sees(JournalReader reader, Caller caller, String room) throws JournalException {
    try {
      visible(reader, caller, room);
      return true;
    } catch (RefusedException e) {
      return false;
    }
  }

  /// A room as the caller may see it.
  ///
  /// @throws RefusedException ROOM_NOT_FOUND if there is none
  static Room.Builder visibleRoom(JournalReader reader, Caller caller, String room)
      throws JournalException, RefusedException {
    visible(reader, caller, room);
    JournalReader.Listing listing = reader.topic(RoomRules.topic(room), caller.id());
    if (listing == null) {
      throw new RefusedException(notFound(room));
    }
    return room(listing);
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

  private static Room.Builder room(JournalReader.Listing listing, RoomState state) {
    return room(
        state,
        listing.members(),
        listing.head().lastSequence(),
        listing.membership(),
        listing.unread());
  }

  /// @param membership of who is told; null: none
  static Room.Builder room(
      RoomState state, int members, long lastSequence, @Nullable Member membership, int unread) {
    Room.Builder room =
        Mapping.room(state).toBuilder()
            .setMemberCount(members)
            .setLastSequence(lastSequence)
            .setUnreadCount(unread);
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
