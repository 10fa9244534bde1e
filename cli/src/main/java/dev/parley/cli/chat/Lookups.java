package dev.parley.cli.chat;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.SearchMessagesRequest;
import dev.parley.chat.v1.User;
import dev.parley.cli.output.Table;
import dev.parley.cli.render.Tables;
import java.util.List;

/// What the user looks up. Owned by the [ChatLoop].
final class Lookups {
  private static final int MAX_FOUND = 20;

  private final Parts parts;

  Lookups(Parts parts) {
    this.parts = parts;
  }

  void rooms() {
    parts.background().call(() -> parts.client().rooms(false), this::show);
  }

  void users() {
    parts.inRoom(
        room ->
            parts.background().call(() -> parts.client().onlineUsers(room.id()), this::showUsers));
  }

  void history(ChatInput.History history) {
    parts.inRoom(
        room -> {
          GetHistoryRequest.Builder request =
              GetHistoryRequest.newBuilder().setRoomId(room.id()).setLimit(history.count());
          if (history.before() > 0) {
            request.setBeforeSequence(history.before());
          }
          parts
              .background()
              .call(
                  () -> parts.client().history(request.build()), messages -> show(room, messages));
        });
  }

  void search(String words) {
    parts.inRoom(
        room -> {
          SearchMessagesRequest request =
              SearchMessagesRequest.newBuilder()
                  .setRoomId(room.id())
                  .setQuery(words)
                  .setPageSize(MAX_FOUND)
                  .build();
          parts
              .background()
              .call(
                  () -> parts.client().search(request).getMessagesList().reversed(),
                  found -> show(room, found));
        });
  }

  private void show(RoomView room, List<ChatMessage> messages) {
    if (messages.isEmpty()) {
      parts.note("nothing there");
      return;
    }
    parts.note("—— %,d from %s ——".formatted(messages.size(), room.title()));
    parts.arrivals().showAgain(messages);
    parts.note("——");
  }

  private void show(List<Room> rooms) {
    parts.state().know(rooms);
    parts.note(lines(Tables.typedRooms(rooms, parts.state().me())));
  }

  private void showUsers(List<User> users) {
    parts.note(lines(Tables.users(users)));
  }

  private static String lines(Table table) {
    return String.join("\n", table.lines());
  }
}
