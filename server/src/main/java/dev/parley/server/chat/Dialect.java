package dev.parley.server.chat;

import dev.parley.chat.v1.ChatRequest;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.server.delivery.Subscriber;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What differs between the native protocol and the classic one, on one stream. Owned by the
/// stream's event loop.
interface Dialect {
  /// The stream is there, its user is not known yet.
  void opened();

  /// The first frame: introduces the user.
  ///
  /// @throws RefusedException if it does not; the stream ends
  void first(ChatRequest request) throws RefusedException;

  /// A later frame.
  ///
  /// @throws RefusedException if it is refused; the stream goes on
  void request(ChatRequest request) throws RefusedException;

  /// The client takes what it is sent, again or at the beginning.
  void ready();

  /// Enters a room for a call beside the stream.
  ///
  /// @param answer told with null when the stream is in the room, at once if it is already; else
  ///     with the refusal
  void bring(String room, Consumer<@Nullable Refusal> answer);

  /// A room was taken from the stream.
  void closed(Subscriber subscriber, String reason);

  /// Nothing has come from the client for a time.
  ///
  /// @param sinceNanos when something came last
  void quiet(long sinceNanos, long nowNanos);

  /// The server goes away.
  ///
  /// @param grace time that the stream is given to end
  void drain(Duration grace);

  /// Whether its streams can come back and resume.
  boolean resumable();

  /// The stream has ended, maybe before its user was known.
  void ended();
}
