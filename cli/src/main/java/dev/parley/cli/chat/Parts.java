package dev.parley.cli.chat;

import dev.parley.cli.render.EventLines;
import dev.parley.cli.terminal.ChatLoop;
import dev.parley.cli.terminal.Screen;
import dev.parley.client.ParleyClient;
import java.util.function.Consumer;

/// What everything that acts for the user needs. All of it is owned by the [ChatLoop], except what
/// is thread-safe by itself.
///
/// @param client the connection
/// @param state what is known
/// @param screen what is seen
/// @param arrivals what shows rooms and messages
/// @param outbox what tracks requests
/// @param background what makes blocking calls
record Parts(
    ParleyClient client,
    ChatState state,
    Screen screen,
    Arrivals arrivals,
    Outbox outbox,
    Background background) {

  /// Does something in the room that is looked at, or says that there is none.
  void inRoom(Consumer<RoomView> deed) {
    RoomView room = state.current();
    if (room == null) {
      error("you are in no room; /join ROOM, or /rooms for a list");
    } else {
      deed.accept(room);
    }
  }

  /// Tells that what the user wants cannot be done.
  void error(String words) {
    outbox.failed(words);
  }

  void note(String words) {
    screen.print(EventLines.note(words));
  }
}
