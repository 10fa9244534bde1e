package dev.parley.server.chat;

import dev.parley.chat.v1.ChatRequest;
import dev.parley.core.error.RefusedException;
import dev.parley.core.topic.Attachment;
import dev.parley.server.delivery.Subscriber;

/// What differs between the native protocol and the classic one, on one stream. Owned by the
/// stream's event loop.
interface Dialect {
  /// The first frame: introduces the user.
  ///
  /// @throws RefusedException if it does not; the stream ends
  void first(ChatRequest request) throws RefusedException;

  /// A later frame.
  ///
  /// @throws RefusedException if it is refused; the stream goes on
  void request(ChatRequest request) throws RefusedException;

  /// The stream is in a room; the subscriber is to be released.
  void attached(String requestId, String room, Attachment.Begun begun, Subscriber subscriber);

  /// The stream has been quiet for a time.
  ///
  /// @param quietNanos for how long
  void quiet(long quietNanos);

  /// The server goes away.
  void drain();

  /// Whether its streams can come back and resume.
  boolean resumable();

  /// The stream has ended.
  void ended();
}
