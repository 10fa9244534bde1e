package dev.parley.server.delivery;

import dev.parley.core.error.Refusal;

/// Where a stream's frames go: its gRPC call. Called on the stream's event loop only.
public interface Sink {
  /// Whether a frame would be sent without piling up.
  boolean isReady();

  /// Sends a frame; piles it up if not ready.
  void send(Frame frame);

  /// Told when nothing is left that the stream was behind with.
  void caughtUp();

  /// Ends the stream: its client is to come back and resume.
  void drop(Refusal refusal);
}
