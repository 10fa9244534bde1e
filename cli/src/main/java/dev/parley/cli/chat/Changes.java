package dev.parley.cli.chat;

import com.google.protobuf.util.Timestamps;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.MessageDeletedEvent;
import dev.parley.chat.v1.Reaction;
import dev.parley.chat.v1.ReactionEvent;
import java.util.ArrayList;
import java.util.List;

/// What becomes of a message. Pure functions.
///
/// A message that was read from the past stands as it is now. A change that it has gone through
/// already, and that follows it in the room's journal, leaves it equal.
final class Changes {
  private Changes() {}

  static ChatMessage edited(ChatMessage message, ChatMessage edited) {
    boolean known =
        message.hasEditedAt()
            && Timestamps.compare(message.getEditedAt(), edited.getEditedAt()) >= 0;
    return known || message.hasDeletedAt() ? message : edited;
  }

  static ChatMessage deleted(ChatMessage message, MessageDeletedEvent deleted) {
    return message.hasDeletedAt()
        ? message
        : message.toBuilder()
            .clearContent()
            .clearReactions()
            .setDeletedAt(deleted.getTimestamp())
            .build();
  }

  static ChatMessage reacted(ChatMessage message, ReactionEvent event) {
    if (message.hasDeletedAt()) {
      return message;
    }
    ChatMessage.Builder changed = message.toBuilder().clearReactions();
    boolean found = false;
    for (Reaction reaction : message.getReactionsList()) {
      boolean same = reaction.getEmoji().equals(event.getEmoji());
      Reaction now = same ? reacted(reaction, event) : reaction;
      found |= same;
      if (now.getUserIdsCount() > 0) {
        changed.addReactions(now);
      }
    }
    if (!found && !event.getRemoved()) {
      changed.addReactions(
          Reaction.newBuilder().setEmoji(event.getEmoji()).addUserIds(event.getUser().getId()));
    }
    return changed.build();
  }

  private static Reaction reacted(Reaction reaction, ReactionEvent event) {
    List<String> users = new ArrayList<>(reaction.getUserIdsList());
    String user = event.getUser().getId();
    if (event.getRemoved()) {
      users.remove(user);
    } else if (!users.contains(user)) {
      users.add(user);
    }
    return Reaction.newBuilder().setEmoji(reaction.getEmoji()).addAllUserIds(users).build();
  }
}
