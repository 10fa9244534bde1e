package dev.parley.cli.chat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.MessageDeletedEvent;
import dev.parley.chat.v1.ReactionEvent;
import dev.parley.chat.v1.RoomClosedEvent;
import dev.parley.chat.v1.RoomJoinedEvent;
import dev.parley.chat.v1.User;
import dev.parley.cli.output.PlainText;
import dev.parley.cli.render.EventLines;
import dev.parley.cli.render.MessageLines;
import dev.parley.cli.render.Names;
import dev.parley.cli.render.Times;
import dev.parley.cli.terminal.ChatLoop;
import dev.parley.cli.terminal.Screen;
import java.time.LocalDate;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Takes in what the server tells: changes what is known, shows what belongs to the room that is
/// looked at, keeps for later what belongs to others. Owned by the [ChatLoop].
final class Arrivals {
  private static final int MAX_NAMED = 20;

  private final ChatState state;
  private final Screen screen;
  private final Times times;
  private final MessageLines lines;
  private final LongSupplier nanoTime;
  private @Nullable LocalDate shownDay;

  Arrivals(ChatState state, Screen screen, Times times, LongSupplier nanoTime) {
    this.state = state;
    this.screen = screen;
    this.times = times;
    this.lines = new MessageLines(state.me(), times);
    this.nanoTime = nanoTime;
  }

  /// An event of the client's stream.
  void take(ChatEvent event) {
    switch (event.getEventCase()) {
      case MESSAGE -> message(event, event.getMessage());
      case MESSAGE_EDITED -> {
        ChatMessage edited = event.getMessageEdited().getMessage();
        if (!edited.hasContent()) {
          return; // changed again later, and that comes too
        }
        changed(
            event,
            edited.getRoomId(),
            edited.getSequence(),
            message -> Changes.edited(message, edited));
      }
      case MESSAGE_DELETED -> {
        MessageDeletedEvent deleted = event.getMessageDeleted();
        changed(
            event,
            deleted.getRoomId(),
            deleted.getMessageSequence(),
            message -> Changes.deleted(message, deleted));
      }
      case REACTION -> {
        ReactionEvent reaction = event.getReaction();
        changed(
            event,
            reaction.getRoomId(),
            reaction.getMessageSequence(),
            message -> Changes.reacted(message, reaction));
      }
      case ROOM_UPDATED -> showOrMiss(event, event.getRoomUpdated().getRoom().getId(), false);
      case MEMBER_CHANGED -> showOrMiss(event, event.getMemberChanged().getRoomId(), false);
      case USER_JOINED -> {
        var joined = event.getUserJoined();
        state.room(joined.getRoomId()).met(joined.getUser());
        showIfCurrent(event, joined.getRoomId());
      }
      case USER_LEFT -> {
        var left = event.getUserLeft();
        state.room(left.getRoomId()).gone(left.getUser());
        showIfCurrent(event, left.getRoomId());
      }
      case PRESENCE -> {
        var presence = event.getPresence();
        presence.getJoinedUsersList().forEach(state.room(presence.getRoomId())::met);
        presence.getLeftUsersList().forEach(state.room(presence.getRoomId())::gone);
        showIfCurrent(event, presence.getRoomId());
      }
      case USER_STATUS -> showIfCurrent(event, event.getUserStatus().getRoomId());
      case USER_TYPING -> {
        var typing = event.getUserTyping();
        state
            .room(typing.getRoomId())
            .typing(typing.getUser(), typing.getIsTyping(), nanoTime.getAsLong());
      }
      case MESSAGE_GROWING -> {
        var growing = event.getMessageGrowing();
        state
            .room(growing.getMessage().getRoomId())
            .growing(growing.getMessage(), growing.getAskerId(), nanoTime.getAsLong());
      }
      case ROOM_JOINED -> joined(event.getRoomJoined());
      case ROOM_CLOSED -> closed(event.getRoomClosed());
      case ERROR -> screen.print(EventLines.of(event));
      case MESSAGE_READ, ACK, WELCOME, CAUGHT_UP, PING, PONG, DRAIN, EVENT_NOT_SET -> {}
    }
  }

  /// Looks at another of the user's rooms, and shows what was missed there.
  void turnTo(RoomView room) {
    screen.print(EventLines.note("—— " + room.title() + " ——"));
    look(room);
  }

  private void look(RoomView room) {
    state.look(room);
    RoomView.Missed missed = room.takeMissed();
    if (missed.dropped() > 0) {
      screen.print(EventLines.note("(%,d earlier events: /history)".formatted(missed.dropped())));
    }
    missed.events().forEach(event -> show(room, event));
  }

  /// Shows messages that were asked for.
  void showAgain(List<ChatMessage> messages) {
    RoomView room = state.current();
    for (ChatMessage message : messages) {
      if (room != null && message.getRoomId().equals(room.id())) {
        room.remember(message);
      }
      print(message, room);
    }
  }

  private void message(ChatEvent event, ChatMessage message) {
    RoomView room = state.room(message.getRoomId());
    if (room.isBeginningAnew()) {
      return;
    }
    room.remember(message);
    room.met(message.getSender());
    boolean mention = lines.mentionsMe(message) || (room.isDirect() && !isMine(message));
    boolean elsewhere = room != state.current();
    showOrMiss(event, room.id(), mention);
    if (elsewhere && mention && room.mentioned()) {
      screen.print(
          EventLines.note(
              "%s speaks to you in %s: /switch %s"
                  .formatted(Names.of(message.getSender()), room.title(), room.title())));
    }
  }

  private boolean isMine(ChatMessage message) {
    return message.getSender().getId().equals(state.me());
  }

  // What was read from the past stands as it is now, so changes that follow it say nothing new.
  private void changed(
      ChatEvent event, String roomId, long sequence, UnaryOperator<ChatMessage> change) {
    RoomView room = state.room(roomId);
    ChatMessage before = room.message(sequence);
    ChatMessage after = before == null ? null : change.apply(before);
    if (after != null) {
      room.remember(after);
    }
    if (after == null || !after.equals(before)) {
      boolean mention = event.hasMessageEdited() && after != null && lines.mentionsMe(after);
      showOrMiss(event, roomId, mention);
    }
  }

  private void joined(RoomJoinedEvent event) {
    boolean known = state.find(event.getRoom().getId()) != null;
    RoomView room = state.room(event.getRoom().getId());
    room.joined(event.getRoom(), event.getOnlineUsersList(), event.getReset());
    if (event.getReset()) {
      screen.print(EventLines.note(room.title() + " begins anew: it was restored from a backup"));
    } else if (state.isWanted(room.id())) {
      screen.print(EventLines.note(header(room, event)));
      look(room);
    } else if (!known) {
      screen.print(EventLines.note("also in " + room.title()));
    }
  }

  private void closed(RoomClosedEvent event) {
    RoomView room = state.room(event.getRoomId());
    boolean current = room == state.current();
    state.remove(room.id());
    screen.print(EventLines.note(EventLines.closed(room.title(), event)));
    RoomView next = state.current();
    if (next != null && current) {
      turnTo(next);
    } else if (next == null) {
      screen.print(EventLines.note("you are in no room now; /join ROOM, or /rooms for a list"));
    }
  }

  private static String header(RoomView room, RoomJoinedEvent event) {
    String description = PlainText.line(event.getRoom().getDescription());
    List<User> named = event.getOnlineUsersList().stream().limit(MAX_NAMED).toList();
    int online = Math.max(named.size(), event.getRoom().getOnlineCount());
    return "—— %s%s · online: %s ——"
        .formatted(
            room.title(),
            description.isEmpty() ? "" : " · " + description,
            Names.list(named, online));
  }

  private void showOrMiss(ChatEvent event, String roomId, boolean mention) {
    RoomView room = state.room(roomId);
    if (room.isBeginningAnew()) {
      return;
    }
    if (room == state.current()) {
      show(room, event);
    } else {
      room.miss(event, mention);
    }
  }

  private void showIfCurrent(ChatEvent event, String roomId) {
    if (roomId.equals(state.currentId())) {
      screen.print(EventLines.of(event));
    }
  }

  private void show(RoomView room, ChatEvent event) {
    if (event.hasMessage()) {
      // As it stands now: what was edited meanwhile is not shown as it was.
      ChatMessage now = room.message(event.getMessage().getSequence());
      print(now == null ? event.getMessage() : now, room);
    } else {
      screen.print(EventLines.of(event));
    }
    room.shown(event.getSequence());
  }

  private void print(ChatMessage message, @Nullable RoomView room) {
    LocalDate day = times.date(message.getTimestamp());
    if (!day.equals(shownDay)) {
      shownDay = day;
      screen.print(List.of(MessageLines.day(Times.day(day))));
    }
    String answered = message.getReplyToId();
    screen.print(
        lines.of(message, room == null || answered.isEmpty() ? null : room.message(answered)));
  }
}
