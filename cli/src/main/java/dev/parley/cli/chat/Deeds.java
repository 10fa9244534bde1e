package dev.parley.cli.chat;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.SearchMessagesRequest;
import dev.parley.chat.v1.User;
import dev.parley.cli.output.Table;
import dev.parley.cli.render.Tables;
import dev.parley.cli.terminal.ChatLoop;
import java.util.List;

/// Does what the user asks for. Owned by the [ChatLoop].
final class Deeds {
  private static final int MAX_FOUND = 20;

  private final Parts parts;
  private final Speech speech;
  private final RoomDeeds rooms;
  private final Inbox inbox;

  /// @param historyOnJoin how much of the past to show when a room is entered
  Deeds(Parts parts, int historyOnJoin) {
    this.parts = parts;
    this.speech = new Speech(parts);
    this.rooms = new RoomDeeds(parts, speech, historyOnJoin);
    this.inbox = new Inbox(parts, rooms::join, System.nanoTime());
  }

  /// Time passes.
  void tick(long nowNanos) {
    inbox.tick(nowNanos);
  }

  /// Does it, or begins to.
  ///
  /// @return false: the user wants to end
  boolean perform(ChatInput input) {
    switch (input) {
      case ChatInput.Nothing _ -> {}
      case ChatInput.Say say -> speech.say(say.text());
      case ChatInput.Act act -> speech.act(act.deed());
      case ChatInput.Reply reply -> speech.reply(reply);
      case ChatInput.Edit edit -> speech.edit(edit);
      case ChatInput.Delete delete -> speech.delete(delete);
      case ChatInput.React react -> speech.react(react);
      case ChatInput.Stop _ -> speech.stop(System.nanoTime());
      case ChatInput.Join join -> rooms.enter(join.room());
      case ChatInput.Leave leave -> rooms.leave(leave.room());
      case ChatInput.Switch to -> rooms.look(to.room());
      case ChatInput.Create create -> rooms.create(create);
      case ChatInput.Direct direct -> rooms.direct(direct);
      case ChatInput.Invite invite -> rooms.invite(invite);
      case ChatInput.Rooms _ -> listRooms();
      case ChatInput.Users _ -> listUsers();
      case ChatInput.History history -> history(history);
      case ChatInput.Search search -> search(search.words());
      case ChatInput.SetStatus status -> {
        parts.outbox().request("status not changed", parts.client().status(status.status()));
        parts.state().status(status.status());
      }
      case ChatInput.Help help -> parts.note(HelpText.of(help.word()));
      case ChatInput.Wrong wrong -> parts.error(wrong.words());
      case ChatInput.Quit _ -> {
        return false;
      }
    }
    return true;
  }

  /// Enters rooms, at the beginning; the first one is looked at.
  void enter(List<String> roomIds) {
    rooms.enter(roomIds);
  }

  /// Enters a room that was restored from a backup again, for as much of its past as ever.
  void beginAnew(String roomId) {
    rooms.join(roomId);
  }

  private void listRooms() {
    parts.background().call(() -> parts.client().rooms(false), this::showRooms);
  }

  private void listUsers() {
    parts.inRoom(
        room ->
            parts.background().call(() -> parts.client().onlineUsers(room.id()), this::showUsers));
  }

  private void history(ChatInput.History history) {
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

  private void search(String words) {
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

  private void showRooms(List<Room> rooms) {
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
