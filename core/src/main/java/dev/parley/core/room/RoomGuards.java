package dev.parley.core.room;

import dev.parley.core.access.Access;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.room.RoomState.Existence;
import dev.parley.core.room.RoomState.Visibility;
import dev.parley.core.topic.Facts;

/// What every command to a room must pass. Pure.
final class RoomGuards {
  private RoomGuards() {}

  /// A room that one may not see, or that was deleted, is answered like one that never existed.
  static void exists(RoomState room, RoomCommand command, Facts<RoomEntry> facts)
      throws RefusedException {
    boolean seen =
        permits(room, command.by(), Access.Action.SEE, facts)
            || (command instanceof RoomCommand.Say say && imports(say));
    if (room.status() != Existence.NOW || !seen) {
      throw refused(Reason.ROOM_NOT_FOUND, "room not found: \"" + room.id() + "\"");
    }
  }

  static boolean imports(RoomCommand.Say say) {
    return say.imported() && say.by().may(Caller.Right.IMPORT);
  }

  static void speaks(RoomState room, Caller by, Facts<RoomEntry> facts) throws RefusedException {
    if (!permits(room, by, Access.Action.SPEAK, facts)) {
      throw refused(Reason.NOT_A_MEMBER, "not a member of this room: \"" + room.id() + "\"");
    }
  }

  static void notDirect(RoomState room) throws RefusedException {
    if (room.visibility() == Visibility.DIRECT) {
      throw refused(Reason.DIRECT_ROOM, "room \"" + room.id() + "\" is a direct conversation");
    }
  }

  static void require(RoomState room, Caller by, Access.Action action, Facts<RoomEntry> facts)
      throws RefusedException {
    if (!permits(room, by, action, facts)) {
      throw refused(Reason.PERMISSION_DENIED, "your role in the room does not allow it");
    }
  }

  static boolean permits(RoomState room, Caller by, Access.Action action, Facts<RoomEntry> facts) {
    return Access.permits(by, action, room.open(), facts.member(by.id()), facts.present(by.id()));
  }

  static RefusedException refused(Reason reason, String message) {
    Refusal refusal = reason.because(message);
    return new RefusedException(refusal);
  }
}
