package dev.parley.server.chat;

import dev.parley.chat.v1.ChatRequest;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Checks;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.MessageChecks;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomCommand.Target;
import dev.parley.server.rpc.Ids;
import java.time.Instant;

/// Requests of a stream as commands, checked for form. Pure, but for the ids that it gives to
/// messages that have none.
final class Requests {
  private Requests() {}

  static String room(ChatRequest request) throws RefusedException {
    return Checks.id("room_id", request.getRoomId());
  }

  /// An id that may be missing.
  static String optionalId(String field, String value) throws RefusedException {
    return value.isEmpty() ? value : Checks.key(field, value);
  }

  static RoomCommand.Say say(Caller caller, ChatRequest request) throws RefusedException {
    String id = request.getId().isEmpty() ? Ids.next() : Checks.key("id", request.getId());
    Instant at = request.hasTimestamp() ? Mapping.checked(request.getTimestamp()) : null;
    return new RoomCommand.Say(
        caller,
        caller.user(),
        id,
        MessageChecks.content(Mapping.content(request.getContent())),
        at,
        optionalId("reply_to_id", request.getReplyToId()),
        MessageChecks.mentions(request.getMentionsList()),
        false);
  }

  static RoomCommand.Edit edit(Caller caller, ChatRequest request) throws RefusedException {
    return new RoomCommand.Edit(
        caller,
        request.getId(),
        target("edit", request.getEdit().getMessageId(), request.getEdit().getSequence()),
        MessageChecks.content(Mapping.content(request.getContent())),
        MessageChecks.mentions(request.getMentionsList()));
  }

  static RoomCommand.Delete delete(Caller caller, ChatRequest request) throws RefusedException {
    return new RoomCommand.Delete(
        caller,
        request.getId(),
        target("delete", request.getDelete().getMessageId(), request.getDelete().getSequence()));
  }

  static RoomCommand.React react(Caller caller, ChatRequest request) throws RefusedException {
    String emoji =
        Checks.line("react.emoji", request.getReact().getEmoji(), Limits.MAX_EMOJI_BYTES);
    if (emoji.isEmpty()) {
      throw new RefusedException(
          Reason.INVALID_REQUEST.because("react.emoji: empty (expected: an emoji)"));
    }
    return new RoomCommand.React(
        caller,
        request.getId(),
        target("react", request.getReact().getMessageId(), request.getReact().getSequence()),
        emoji,
        request.getReact().getRemove());
  }

  static RoomCommand.Read read(Caller caller, ChatRequest request) throws RefusedException {
    return new RoomCommand.Read(
        caller, target("read", request.getRead().getMessageId(), request.getRead().getSequence()));
  }

  private static Target target(String action, String id, long sequence) throws RefusedException {
    if (!id.isEmpty()) {
      return new Target.ById(Checks.key(action + ".message_id", id));
    }
    if (sequence <= 0) {
      throw new RefusedException(
          Reason.INVALID_REQUEST.because(
              "%s: no message (expected: message_id, or sequence >= 1)".formatted(action)));
    }
    return new Target.BySequence(sequence);
  }
}
