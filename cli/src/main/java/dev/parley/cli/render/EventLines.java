package dev.parley.cli.render;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.MemberChangedEvent;
import dev.parley.chat.v1.MessageDeletedEvent;
import dev.parley.chat.v1.PresenceEvent;
import dev.parley.chat.v1.ReactionEvent;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomClosedEvent;
import dev.parley.chat.v1.RoomUpdatedEvent;
import dev.parley.chat.v1.User;
import dev.parley.chat.v1.UserStatus;
import dev.parley.cli.output.PlainText;
import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;

/// Shows what happens in a room besides messages, each as a line. Pure functions.
public final class EventLines {
  private static final String INDENT = " ".repeat(13);

  private EventLines() {}

  /// The lines of an event; none for what is not shown: messages, which [MessageLines] shows,
  /// receipts, typing, answers and what keeps the connection alive.
  public static List<AttributedString> of(ChatEvent event) {
    return switch (event.getEventCase()) {
      case USER_JOINED -> dim("→ " + Names.of(event.getUserJoined().getUser()) + " is here");
      case USER_LEFT -> dim("← " + Names.of(event.getUserLeft().getUser()) + " is gone");
      case PRESENCE -> presence(event.getPresence());
      case USER_STATUS -> status(event.getUserStatus().getUser());
      case MESSAGE_EDITED -> edited(event.getMessageEdited().getMessage());
      case MESSAGE_DELETED -> deleted(event.getMessageDeleted());
      case REACTION -> reaction(event.getReaction());
      case ROOM_UPDATED -> room(event.getRoomUpdated());
      case MEMBER_CHANGED -> member(event.getMemberChanged());
      case ROOM_CLOSED -> dim("✗ " + closed("the room", event.getRoomClosed()));
      case ERROR -> error(PlainText.line(event.getError().getMessage()));
      case MESSAGE,
          USER_TYPING,
          MESSAGE_READ,
          MESSAGE_GROWING,
          ACK,
          WELCOME,
          ROOM_JOINED,
          CAUGHT_UP,
          PING,
          PONG,
          DRAIN,
          EVENT_NOT_SET ->
          List.of();
    };
  }

  /// A line that tells of a failure.
  public static List<AttributedString> error(String words) {
    List<AttributedString> lines = new ArrayList<>();
    for (String line : PlainText.lines(words)) {
      lines.add(new AttributedString(lines.isEmpty() ? "✗ " + line : "  " + line, Styles.ERROR));
    }
    return lines;
  }

  /// Lines of this program's own.
  public static List<AttributedString> note(String words) {
    return PlainText.lines(words).stream()
        .map(line -> new AttributedString(line, Styles.DIM))
        .toList();
  }

  private static List<AttributedString> presence(PresenceEvent presence) {
    List<AttributedString> lines = new ArrayList<>();
    if (presence.getJoinedCount() > 0) {
      String who = Names.list(presence.getJoinedUsersList(), presence.getJoinedCount());
      lines.addAll(dim("→ " + who + (presence.getJoinedCount() == 1 ? " is here" : " are here")));
    }
    if (presence.getLeftCount() > 0) {
      String who = Names.list(presence.getLeftUsersList(), presence.getLeftCount());
      lines.addAll(dim("← " + who + (presence.getLeftCount() == 1 ? " is gone" : " are gone")));
    }
    if (presence.getChangedCount() == 1 && presence.getChangedUsersCount() == 1) {
      lines.addAll(status(presence.getChangedUsers(0)));
    } else if (presence.getChangedCount() > 0) {
      String who = Names.list(presence.getChangedUsersList(), presence.getChangedCount());
      lines.addAll(dim("· " + who + " changed their status"));
    }
    return lines;
  }

  private static List<AttributedString> status(User user) {
    return dim("· " + Names.of(user) + " is " + words(user.getStatus()));
  }

  /// Why the user is in a room no more, in words.
  ///
  /// @param room what to call it
  public static String closed(String room, RoomClosedEvent event) {
    return switch (event.getReason()) {
      case "LEFT" -> "you left " + room;
      case "REMOVED" -> "you were removed from " + room;
      case "ROOM_DELETED" -> room + " was deleted";
      default -> "you are out of " + room + " (" + PlainText.line(event.getReason()) + ")";
    };
  }

  /// A status in a word.
  public static String words(UserStatus status) {
    return switch (status) {
      case USER_STATUS_AWAY -> "away";
      case USER_STATUS_BUSY -> "busy";
      case USER_STATUS_OFFLINE -> "offline";
      case USER_STATUS_ONLINE, USER_STATUS_UNKNOWN, UNRECOGNIZED -> "online";
    };
  }

  private static List<AttributedString> edited(ChatMessage message) {
    if (!message.hasContent()) {
      return List.of(); // changed again later, and that comes too
    }
    List<String> texts = Contents.lines(message);
    String head = "✎ %d %s: ".formatted(message.getSequence(), Names.of(message.getSender()));
    List<AttributedString> lines = new ArrayList<>(dim(head + texts.getFirst() + " (edited)"));
    texts.stream().skip(1).forEach(text -> lines.addAll(dim("   " + text)));
    return lines;
  }

  private static List<AttributedString> deleted(MessageDeletedEvent event) {
    boolean own = event.getDeletedBy().getId().equals(event.getAuthorId());
    String of = own ? "" : " of " + Names.id(event.getAuthorId());
    String who = Names.of(event.getDeletedBy());
    return dim("✗ %s deleted %d%s".formatted(who, event.getMessageSequence(), of));
  }

  private static List<AttributedString> reaction(ReactionEvent event) {
    String who = Names.of(event.getUser());
    String emoji = PlainText.line(event.getEmoji());
    return dim(
        event.getRemoved()
            ? "· %s took %s off %d".formatted(who, emoji, event.getMessageSequence())
            : "· %s put %s on %d".formatted(who, emoji, event.getMessageSequence()));
  }

  private static List<AttributedString> room(RoomUpdatedEvent event) {
    Room room = event.getRoom();
    String description = PlainText.line(room.getDescription());
    return dim(
        "· %s set up the room: %s%s"
            .formatted(
                Names.of(event.getUpdatedBy()),
                PlainText.line(room.getName()),
                description.isEmpty() ? "" : ", " + description));
  }

  private static List<AttributedString> member(MemberChangedEvent event) {
    String by = Names.of(event.getChangedBy());
    String who = Names.of(event.getUser());
    return dim(
        switch (event.getRole()) {
          case MEMBER_ROLE_UNKNOWN, UNRECOGNIZED -> "· %s removed %s".formatted(by, who);
          case MEMBER_ROLE_MEMBER -> "· %s made %s a member".formatted(by, who);
          case MEMBER_ROLE_MODERATOR -> "· %s made %s a moderator".formatted(by, who);
          case MEMBER_ROLE_OWNER -> "· %s made %s an owner".formatted(by, who);
        });
  }

  private static List<AttributedString> dim(String line) {
    return List.of(new AttributedString(INDENT + line, Styles.DIM));
  }
}
