package dev.parley.client;

import dev.parley.chat.v1.WelcomeEvent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Where a client stands with its server.
///
/// `Connecting` → `Connected` → (`Draining` →) `Reconnecting` → `Connecting` → …, and `Closed`
/// once, at the end.
public sealed interface ConnectionState {

  /// Opening a stream.
  ///
  /// @param attempt 1 for the first try since the last stable connection, then 2, 3, …
  record Connecting(int attempt) implements ConnectionState {}

  /// The server has welcomed this client; what was joined or watched is being resumed, and what was
  /// not acknowledged sent again.
  ///
  /// @param welcome what the server said; of an [AssistantClient] nothing
  record Connected(WelcomeEvent welcome) implements ConnectionState {}

  /// The connection broke, or could not be made; another try follows. Nothing is lost.
  ///
  /// @param attempt the number of the try to come
  /// @param delay how long until then
  /// @param cause why
  record Reconnecting(int attempt, Duration delay, ParleyException cause)
      implements ConnectionState {}

  /// The server is about to go away and takes nothing new; events still arrive.
  ///
  /// @param delay how long until this client moves to another stream
  /// @param target where to, HOST:PORT; empty: the same address
  record Draining(Duration delay, String target) implements ConnectionState {}

  /// No connection, and no more tries. The last state of a client.
  ///
  /// @param cause the failure that trying again would not mend; null: closed by its owner
  record Closed(@Nullable ParleyException cause) implements ConnectionState {}
}
