package dev.parley.cli.chat;

import dev.parley.chat.v1.Room;
import dev.parley.cli.render.Names;
import dev.parley.cli.terminal.ChatLoop;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// Notices what waits in rooms that the chat is not in: enters direct rooms, so that whoever writes
/// to the user is heard, and tells of other rooms once. Owned by the [ChatLoop].
///
/// The stream tells only of rooms that it is in, so the list of rooms is asked for now and then.
final class Inbox {
  static final long INTERVAL_NANOS = 2_000_000_000L;

  private final Parts parts;
  private final Consumer<String> enter;
  private final Set<String> told = new HashSet<>();
  private long nextNanos;
  private boolean asking;

  /// @param enter enters a room without looking at it
  Inbox(Parts parts, Consumer<String> enter, long nowNanos) {
    this.parts = parts;
    this.enter = enter;
    this.nextNanos = nowNanos;
  }

  /// Time passes.
  void tick(long nowNanos) {
    if (nowNanos - nextNanos < 0 || asking || isEntering() || !parts.state().connected()) {
      return;
    }
    asking = true;
    nextNanos = nowNanos + INTERVAL_NANOS;
    parts
        .background()
        .callQuietly(() -> parts.client().rooms(true), this::notice, () -> asking = false);
  }

  // Rooms that are just being entered are not to be told of.
  private boolean isEntering() {
    return parts.outbox().asked() > 0;
  }

  private void notice(List<Room> rooms) {
    parts.state().know(rooms);
    if (isEntering()) {
      return; // asked before the user began to enter
    }
    for (Room room : rooms) {
      boolean waits = room.getUnreadCount() > 0 && parts.state().find(room.getId()) == null;
      if (waits && told.add(room.getId())) {
        if (Names.isDirect(room)) {
          enter.accept(room.getId());
        } else {
          parts.note(
              "%,d unread in %s: /join %s"
                  .formatted(room.getUnreadCount(), room.getId(), room.getId()));
        }
      }
    }
  }
}
