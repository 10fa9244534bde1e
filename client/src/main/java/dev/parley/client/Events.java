package dev.parley.client;

import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatEvent;

/// What is to be known of any event.
final class Events {

  private Events() {}

  /// The answer to a request that left nothing to be done.
  static ChatEvent ack(Pending<?> request) {
    return ChatEvent.newBuilder()
        .setAck(
            AckEvent.newBuilder()
                .setMessageId(request.id())
                .setRoomId(request.room())
                .setDuplicate(true))
        .build();
  }

  /// The room of a journaled event; empty for others.
  static String roomOf(ChatEvent event) {
    return switch (event.getEventCase()) {
      case MESSAGE -> event.getMessage().getRoomId();
      case MESSAGE_EDITED -> event.getMessageEdited().getMessage().getRoomId();
      case MESSAGE_DELETED -> event.getMessageDeleted().getRoomId();
      case REACTION -> event.getReaction().getRoomId();
      case ROOM_UPDATED -> event.getRoomUpdated().getRoom().getId();
      case MEMBER_CHANGED -> event.getMemberChanged().getRoomId();
      case USER_JOINED,
          USER_LEFT,
          USER_TYPING,
          MESSAGE_READ,
          ERROR,
          ACK,
          WELCOME,
          ROOM_JOINED,
          CAUGHT_UP,
          ROOM_CLOSED,
          PRESENCE,
          USER_STATUS,
          MESSAGE_GROWING,
          PING,
          PONG,
          DRAIN ->
          "";
      case EVENT_NOT_SET -> event.getRoomId();
    };
  }
}
