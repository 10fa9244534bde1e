package dev.parley.core.room;

import dev.parley.core.signal.Signal;
import dev.parley.core.user.Profile;
import org.jspecify.annotations.Nullable;

/// What is told in a room besides presence.
public sealed interface RoomSignal extends Signal {
  /// Someone begins or ends typing.
  record Typing(Profile user, boolean on) implements RoomSignal {
    @Override
    public Object key() {
      return new TypingOf(user.id());
    }

    @Override
    public @Nullable String exceptUser() {
      return user.id();
    }
  }

  /// Someone has read up to a place.
  ///
  /// @param messageId id of the message there; empty: it is no message
  record ReadUpTo(Profile user, long sequence, String messageId, long atMicros)
      implements RoomSignal {
    @Override
    public Object key() {
      return new ReadOf(user.id());
    }

    @Override
    public @Nullable String exceptUser() {
      return null;
    }
  }

  /// A message is being written.
  ///
  /// @param message all of it so far
  /// @param asker id of the user who asked for it
  record Growing(Message message, String asker) implements RoomSignal {
    @Override
    public Object key() {
      return new GrowingOf(message.author().id(), message.id());
    }

    @Override
    public @Nullable String exceptUser() {
      return null;
    }
  }

  /// Key of a message that is being written.
  record GrowingOf(String author, String id) {}

  /// Key of who types.
  record TypingOf(String user) {}

  /// Key of who has read.
  record ReadOf(String user) {}
}
