package dev.parley.server.session;

import java.util.concurrent.atomic.AtomicLong;

/// What the answers under way hold: prompts, and what has come. Prompts get no more than half of
/// the room, so that answers that have begun can grow. Thread-safe.
final class HeldText {
  /// What a character takes at most.
  private static final int BYTES_PER_CHAR = 2;

  private final long maxChars;
  private final AtomicLong chars = new AtomicLong();

  /// @param maxBytes most bytes of memory
  HeldText(long maxBytes) {
    maxChars = maxBytes / BYTES_PER_CHAR;
  }

  /// Whether no further prompt has room.
  boolean isFull() {
    return chars.get() >= maxChars / 2;
  }

  /// Takes in a prompt, however long, if there is no other.
  ///
  /// @param prompt characters
  /// @return whether it has room
  boolean begin(long prompt) {
    long before = chars.getAndUpdate(held -> begins(held, prompt) ? held + prompt : held);
    return begins(before, prompt);
  }

  private boolean begins(long held, long prompt) {
    return held == 0 || held + prompt <= maxChars / 2;
  }

  /// Takes in more of an answer.
  ///
  /// @param more characters
  /// @return whether it has room
  boolean grow(long more) {
    long before = chars.getAndUpdate(held -> held + more <= maxChars ? held + more : held);
    return before + more <= maxChars;
  }

  /// Lets go what was taken in.
  ///
  /// @param length characters
  void release(long length) {
    chars.addAndGet(-length);
  }
}
