package dev.parley.cli.chat;

import dev.parley.chat.v1.CreateRoomRequest;
import dev.parley.cli.command.RoomName;
import dev.parley.cli.terminal.ChatLoop;
import dev.parley.client.JoinFrom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rooms that the user enters, leaves, makes or looks at. Owned by the [ChatLoop].
final class RoomDeeds {
  private final Parts parts;
  private final Speech speech;
  private final int historyOnJoin;

  RoomDeeds(Parts parts, Speech speech, int historyOnJoin) {
    this.parts = parts;
    this.speech = speech;
    this.historyOnJoin = historyOnJoin;
  }

  /// Enters a room and looks at it.
  void enter(String roomId) {
    RoomView known = parts.state().find(roomId);
    if (known != null) {
      look(known.id());
    } else {
      parts.state().lookWhenJoined(roomId);
      join(roomId);
    }
  }

  /// Enters rooms and looks at the first.
  void enter(List<String> roomIds) {
    for (String roomId : roomIds) {
      if (RoomName.isPerson(roomId)) {
        direct(new ChatInput.Direct(roomId.substring(1), ""));
      } else if (roomId.equals(roomIds.getFirst())) {
        enter(roomId);
      } else {
        join(roomId);
      }
    }
  }

  /// Enters a room without looking at it.
  void join(String roomId) {
    parts
        .outbox()
        .request(
            "cannot join " + roomId,
            parts.client().join(roomId, JoinFrom.history(historyOnJoin)),
            () -> {
              RoomView instead = parts.state().giveUp(roomId);
              if (instead != null) {
                look(instead.id());
              }
            });
  }

  /// Looks at a room that the user is in.
  void look(String roomId) {
    RoomView room = parts.state().find(roomId);
    if (room == null) {
      parts.error(noneOfYours(roomId));
    } else if (room != parts.state().current()) {
      parts.arrivals().turnTo(room);
    }
  }

  void leave(@Nullable String roomId) {
    RoomView room = roomId == null ? parts.state().current() : parts.state().find(roomId);
    if (room == null) {
      parts.error(roomId == null ? "leave which room? /leave ROOM" : noneOfYours(roomId));
    } else {
      parts.outbox().request("cannot leave " + room.title(), parts.client().leave(room.id()));
    }
  }

  private static String noneOfYours(String room) {
    String enter = room.startsWith("@") ? "/dm " + room.substring(1) : "/join " + room;
    return room + " is none of your rooms; " + enter;
  }

  void create(ChatInput.Create create) {
    CreateRoomRequest request =
        CreateRoomRequest.newBuilder().setRoomId(create.room()).setName(create.name()).build();
    parts.background().call(() -> parts.client().createRoom(request), room -> enter(room.getId()));
  }

  void invite(ChatInput.Invite invite) {
    parts.inRoom(
        room ->
            parts
                .background()
                .call(
                    () -> parts.client().addMember(room.id(), invite.user(), invite.role()),
                    _ -> {})); // the room is told, and the user with it
  }

  void direct(ChatInput.Direct direct) {
    if (direct.user().equals(parts.state().me())) {
      parts.error("that is you; /dm takes the name of somebody else");
      return;
    }
    parts
        .background()
        .call(
            () -> parts.client().openDirect(direct.user()).getRoom(),
            room -> {
              enter(room.getId());
              if (!direct.text().isEmpty()) {
                speech.say(room.getId(), direct.text(), null);
              }
            });
  }
}
