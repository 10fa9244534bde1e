package dev.parley.cli.chat;

import dev.parley.cli.terminal.ChatLoop;
import org.jspecify.annotations.Nullable;

/// Tells others that the user types. Thread-safe: keys come from the reader's thread, ticks from
/// the [ChatLoop].
///
/// The client sends it no oftener than needed. Who stops without sending is said to have stopped
/// after [#QUIET_NANOS].
final class Typist {
  static final long QUIET_NANOS = 6_000_000_000L;

  /// Where it is told; the client's method of that name.
  interface Teller {
    void typing(String room, boolean isTyping);
  }

  private final Teller teller;
  private @Nullable String typingIn;
  private long lastKeyNanos;

  Typist(Teller teller) {
    this.teller = teller;
  }

  /// A key was pressed.
  ///
  /// @param room the room that is looked at; null: none
  /// @param line what is typed so far; commands and empty lines are nobody's business
  synchronized void key(@Nullable String room, CharSequence line, long nowNanos) {
    boolean says = room != null && !line.isEmpty() && line.charAt(0) != '/';
    if (!says) {
      stop();
    } else if (room != null) {
      if (typingIn != null && !typingIn.equals(room)) {
        stop();
      }
      typingIn = room;
      lastKeyNanos = nowNanos;
      teller.typing(room, true);
    }
  }

  /// The line was sent or given up.
  synchronized void stop() {
    String room = typingIn;
    if (room != null) {
      typingIn = null;
      teller.typing(room, false);
    }
  }

  /// Time passes.
  synchronized void tick(long nowNanos) {
    if (typingIn != null && nowNanos - lastKeyNanos > QUIET_NANOS) {
      stop();
    }
  }
}
