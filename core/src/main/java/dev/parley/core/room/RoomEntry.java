package dev.parley.core.room;

import dev.parley.core.topic.Role;
import dev.parley.core.user.Profile;
import org.jspecify.annotations.Nullable;

/// What a room's journal holds. `key` is the author's id of the request: the same request again is
/// recognised by it; empty: it has none.
public sealed interface RoomEntry {
  /// Who brought it about.
  Profile by();

  /// Something was said. The message's sequence is the entry's.
  record Said(Message message) implements RoomEntry {
    @Override
    public Profile by() {
      return message.author();
    }
  }

  /// A message has other content. The message is as it is now.
  record Edited(Profile by, String key, Message message) implements RoomEntry {}

  /// A message is gone. The message is what is left of it.
  record Deleted(Profile by, String key, Message message) implements RoomEntry {}

  /// An emoji was put on a message or taken off. The message is as it is now.
  record Reacted(Profile by, String key, Message message, String emoji, boolean removed)
      implements RoomEntry {}

  /// The room was made, changed or deleted.
  record RoomChanged(Profile by, RoomState room) implements RoomEntry {}

  /// Someone was made a member, removed, or given a role by another.
  ///
  /// @param role the role from now on; null: removed
  record MemberChanged(Profile by, Profile user, @Nullable Role role) implements RoomEntry {}
}
