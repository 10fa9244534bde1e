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

  /// Key of who types.
  record TypingOf(String user) {}

  /// Key of who has read.
  record ReadOf(String user) {}
}
