package dev.parley.bench.load;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ErrorEvent;
import io.grpc.Status;

/// Failures and rare events in words. Pure functions.
final class Words {
  private Words() {}

  static String of(ErrorEvent error) {
    String name = error.getReason().isEmpty() ? "code " + error.getCode() : error.getReason();
    return name + ", " + error.getMessage();
  }

  static String of(Status status) {
    Throwable cause = status.getCause();
    String why = cause == null ? "" : " (" + cause.getMessage() + ")";
    return status.getCode() + ", " + status.getDescription() + why;
  }

  /// The room of a journaled event that is no message.
  static String room(ChatEvent event) {
    return switch (event.getEventCase()) {
      case MESSAGE_EDITED -> event.getMessageEdited().getMessage().getRoomId();
      case MESSAGE_DELETED -> event.getMessageDeleted().getRoomId();
      case REACTION -> event.getReaction().getRoomId();
      case ROOM_UPDATED -> event.getRoomUpdated().getRoom().getId();
      case MEMBER_CHANGED -> event.getMemberChanged().getRoomId();
      default -> event.getRoomId();
    };
  }
}
