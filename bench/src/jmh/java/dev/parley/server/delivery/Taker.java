package dev.parley.server.delivery;

import dev.parley.core.error.Refusal;
import dev.parley.server.chat.Formats;
import org.jspecify.annotations.Nullable;

/// A client that takes everything, as long as it is ready, and counts it.
final class Taker implements Sink {
  static final WireFormat FORMAT = Formats.nativeFormat();

  boolean ready = true;
  long bytes;
  private @Nullable Frame last;

  /// The last frame taken.
  Frame last() {
    if (last == null) {
      throw new IllegalStateException("no frame was sent (expected: one)");
    }
    return last;
  }

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public void send(Frame frame) {
    bytes += frame.length();
    last = frame;
  }

  @Override
  public void caughtUp() {}

  @Override
  public void drop(Refusal refusal) {
    throw new IllegalStateException("dropped: " + refusal);
  }
}
