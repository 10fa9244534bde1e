package dev.parley.cli.chat;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.UserStatus;
import dev.parley.cli.output.PlainText;
import dev.parley.cli.render.EventLines;
import dev.parley.cli.render.Names;
import dev.parley.cli.render.Styles;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jspecify.annotations.Nullable;

/// The line at the bottom: who one is and where, what waits in other rooms, who types, what an
/// assistant has written so far, what is not acknowledged yet, how the connection is. Pure
/// functions.
final class StatusLine {
  private static final AttributedStyle BAR = AttributedStyle.DEFAULT.inverse();
  private static final int MAX_TYPING = 3;
  private static final int MAX_GROWING_CHARS = 60;
  private static final int MIN_GROWING_CHARS = 10;
  private static final String GAP = "  ";

  private StatusLine() {}

  /// @param unacked messages that the server has not acknowledged
  /// @param columns of the terminal; 0: unknown
  static AttributedString of(ChatState state, int unacked, long nowNanos, int columns) {
    AttributedStringBuilder line = new AttributedStringBuilder();
    RoomView room = state.current();
    line.styled(BAR, " " + Names.id(state.me()));
    if (state.status() != UserStatus.USER_STATUS_ONLINE) {
      line.styled(BAR, " (" + EventLines.words(state.status()) + ")");
    }
    line.styled(BAR, room == null ? " in no room" : " in " + Names.id(room.title()));
    line.styled(BAR, state.connected() ? " " : " · " + state.connection() + " ");
    String elsewhere = elsewhere(state);
    if (!elsewhere.isEmpty()) {
      line.append(GAP).styled(Styles.MENTION, elsewhere);
    }
    RoomView.Growing growing = room == null ? null : room.growing(nowNanos);
    String typing = typing(room, nowNanos);
    if (growing != null && !growing.message().getContent().getText().isBlank()) {
      int left = columns == 0 ? Integer.MAX_VALUE : columns - line.columnLength() - GAP.length();
      line.append(GAP).styled(Styles.DIM, growing(growing.message(), left));
    } else if (!typing.isEmpty()) {
      line.append(GAP).styled(Styles.DIM, typing);
    }
    if (unacked > 0) {
      line.append(GAP).styled(Styles.DIM, "⧖ " + unacked + " not sent yet");
    }
    return line.toAttributedString();
  }

  /// A prompt for terminals without a status line.
  static String prompt(ChatState state) {
    RoomView room = state.current();
    String elsewhere = elsewhere(state);
    return (room == null ? "" : Names.id(room.title()))
        + (elsewhere.isEmpty() ? "" : " (" + elsewhere + ")")
        + "> ";
  }

  /// Unread messages by room, such as `random 3, ops 12!`; an exclamation mark where somebody
  /// mentions the user. Empty: none.
  static String elsewhere(ChatState state) {
    List<String> rooms =
        state.rooms().stream()
            .filter(room -> room != state.current() && room.unread() > 0)
            .map(room -> Names.id(room.title()) + " " + room.unread() + mark(room))
            .toList();
    return String.join(", ", rooms);
  }

  private static String mark(RoomView room) {
    return room.mentioned() ? "!" : "";
  }

  /// Who writes, and the end of what there is.
  ///
  /// @param columns that are left for it
  private static String growing(ChatMessage message, int columns) {
    String who = Names.of(message.getSender()) + ": ";
    String text = message.getContent().getText().strip();
    int most = Math.clamp(columns - who.length() - 1, MIN_GROWING_CHARS, MAX_GROWING_CHARS);
    int from = Math.max(0, text.length() - most);
    if (from > 0 && Character.isLowSurrogate(text.charAt(from))) {
      from++;
    }
    String end = PlainText.line(text.substring(from));
    return who + (from > 0 ? "…" : "") + end;
  }

  private static String typing(@Nullable RoomView room, long nowNanos) {
    List<String> typing = room == null ? List.of() : room.typing(nowNanos);
    if (typing.isEmpty()) {
      return "";
    }
    if (typing.size() > MAX_TYPING) {
      return typing.size() + " people are typing…";
    }
    String who = String.join(", ", typing.stream().map(Names::id).toList());
    return who + (typing.size() == 1 ? " is typing…" : " are typing…");
  }
}
