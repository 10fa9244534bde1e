package dev.parley.system;

import dev.parley.chat.v1.ChatEvent;

/// What is to be known of a journaled event.
final class Entries {
  private Entries() {}

  static String room(ChatEvent event) {
    return switch (event.getEventCase()) {
      case MESSAGE -> event.getMessage().getRoomId();
      case MESSAGE_EDITED -> event.getMessageEdited().getMessage().getRoomId();
      case MESSAGE_DELETED -> event.getMessageDeleted().getRoomId();
      case REACTION -> event.getReaction().getRoomId();
      case ROOM_UPDATED -> event.getRoomUpdated().getRoom().getId();
      case MEMBER_CHANGED -> event.getMemberChanged().getRoomId();
      default -> throw new AssertionError("has a sequence, but no room: " + event);
    };
  }

  /// What tells an entry from others: two events that show the same entry have the same name.
  static String name(ChatEvent event) {
    return event.hasMessage()
        ? message(event.getMessage().getId())
        : event.getEventCase() + " " + event.getSequence();
  }

  static String message(String id) {
    return "message " + id;
  }
}
