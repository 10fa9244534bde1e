package dev.parley.cli.chat;

import java.util.List;

/// Does what the user asks for. Owned by the [ChatLoop].
final class Deeds {
  private final Parts parts;
  private final Speech speech;
  private final RoomDeeds rooms;
  private final Lookups lookups;
  private final Inbox inbox;

  /// @param historyOnJoin how much of the past to show when a room is entered
  Deeds(Parts parts, int historyOnJoin) {
    this.parts = parts;
    this.speech = new Speech(parts);
    this.rooms = new RoomDeeds(parts, speech, historyOnJoin);
    this.lookups = new Lookups(parts);
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
      case ChatInput.Join join -> rooms.enter(join.room());
      case ChatInput.Leave leave -> rooms.leave(leave.room());
      case ChatInput.Switch to -> rooms.look(to.room());
      case ChatInput.Create create -> rooms.create(create);
      case ChatInput.Direct direct -> rooms.direct(direct);
      case ChatInput.Rooms _ -> lookups.rooms();
      case ChatInput.Users _ -> lookups.users();
      case ChatInput.History history -> lookups.history(history);
      case ChatInput.Search search -> lookups.search(search.words());
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
}
