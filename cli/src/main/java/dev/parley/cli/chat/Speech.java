package dev.parley.cli.chat;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.chat.v1.MessageContent;
import dev.parley.cli.chat.ChatInput.Target;
import dev.parley.cli.render.Contents;
import dev.parley.cli.render.Names;
import dev.parley.cli.terminal.ChatLoop;
import dev.parley.client.MessageRef;
import dev.parley.client.OutgoingMessage;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Messages that the user says, answers, changes, deletes or reacts to. Owned by the [ChatLoop].
final class Speech {
  private final Parts parts;

  Speech(Parts parts) {
    this.parts = parts;
  }

  void say(String text) {
    parts.inRoom(room -> say(room.id(), text, null));
  }

  void act(String deed) {
    say(Contents.action(parts.state().me(), deed));
  }

  void reply(ChatInput.Reply reply) {
    parts.inRoom(
        room -> target(room, reply.target(), false, to -> say(room.id(), reply.text(), to)));
  }

  void edit(ChatInput.Edit edit) {
    parts.inRoom(room -> target(room, edit.target(), true, to -> edit(room, to, edit.text())));
  }

  void delete(ChatInput.Delete delete) {
    parts.inRoom(
        room ->
            target(
                room,
                delete.target(),
                true,
                to ->
                    parts
                        .outbox()
                        .request("not deleted", parts.client().delete(room.id(), ref(to)))));
  }

  /// Ends what an assistant writes: for the user, or else for whoever it does.
  void stop(long nowNanos) {
    parts.inRoom(
        room -> {
          RoomView.Growing growing = room.growing(nowNanos);
          String message = growing == null ? "" : growing.message().getId();
          parts.outbox().request("not stopped", parts.client().stop(room.id(), message));
        });
  }

  void react(ChatInput.React react) {
    parts.inRoom(room -> target(room, react.target(), false, to -> react(room, to, react)));
  }

  /// Says something in any room of the user's.
  ///
  /// @param replyTo the message that it answers; null: none
  void say(String roomId, String text, @Nullable ChatMessage replyTo) {
    RoomView room = parts.state().find(roomId);
    OutgoingMessage message = OutgoingMessage.text(roomId, text);
    if (room != null) {
      message = message.mentioning(Mentions.in(text, room.people()));
    }
    if (replyTo != null) {
      message = message.inReplyTo(replyTo.getId());
    }
    if (!parts.state().connected()) {
      parts.note("⧖ " + text + "\n(goes out with the next connection)");
    }
    parts.client().typing(roomId, false);
    parts.outbox().send(message, parts.client()::send);
  }

  private void edit(RoomView room, ChatMessage message, String newText) {
    if (!message.getSender().getId().equals(parts.state().me())) {
      parts.error(
          "message %d is %s's, who alone can change it; /reply %d TEXT answers it"
              .formatted(
                  message.getSequence(), Names.of(message.getSender()), message.getSequence()));
      return;
    }
    String text =
        Contents.isAction(message) ? Contents.action(parts.state().me(), newText) : newText;
    MessageContent content = MessageContent.newBuilder().setText(text).build();
    List<String> mentions = Mentions.in(text, room.people());
    parts
        .outbox()
        .request("not changed", parts.client().edit(room.id(), ref(message), content, mentions));
  }

  private void react(RoomView room, ChatMessage message, ChatInput.React react) {
    MessageRef ref = ref(message);
    parts
        .outbox()
        .request(
            "no reaction",
            react.remove()
                ? parts.client().unreact(room.id(), ref, react.emoji())
                : parts.client().react(room.id(), ref, react.emoji()));
  }

  private void target(RoomView room, Target target, boolean own, Consumer<ChatMessage> then) {
    boolean last = target.equals(Target.LAST);
    if (last && own && parts.outbox().hasUnshown(room.id())) {
      parts.error("your last message is still on its way; try again when it is shown");
      return;
    }
    ChatMessage known = last ? room.last(own) : room.message(target.number());
    if (known != null) {
      then.accept(known);
    } else if (last) {
      parts.error("there is no last message" + (own ? " of yours" : ""));
    } else {
      fetch(room, target.number(), then);
    }
  }

  // Messages that scrolled by long ago are asked for.
  private void fetch(RoomView room, long number, Consumer<ChatMessage> then) {
    GetHistoryRequest request =
        GetHistoryRequest.newBuilder()
            .setRoomId(room.id())
            .setLimit(1)
            .setBeforeSequence(number + 1)
            .build();
    parts
        .background()
        .call(
            () -> parts.client().history(request),
            found -> {
              if (found.isEmpty() || found.getFirst().getSequence() != number) {
                parts.error("there is no message " + number);
              } else {
                then.accept(found.getFirst());
              }
            });
  }

  private static MessageRef ref(ChatMessage message) {
    return MessageRef.bySequence(message.getSequence());
  }
}
