package dev.parley.core.session;

import dev.parley.core.signal.Signal;
import org.jspecify.annotations.Nullable;

/// What is told in a session besides presence.
public sealed interface SessionSignal extends Signal {
  /// The user begins or ends typing. Told to all that watch: they are devices of one user.
  record Typing(boolean on) implements SessionSignal {
    @Override
    public Object key() {
      return Typing.class;
    }

    @Override
    public @Nullable String exceptUser() {
      return null;
    }
  }
}
