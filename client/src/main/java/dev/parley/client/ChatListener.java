package dev.parley.client;

import dev.parley.chat.v1.ChatEvent;

/// Told of everything that happens on a client's stream.
///
/// Calls come one at a time and in order, on a thread of the client's. While one lasts, later
/// events wait, at last on the server, so a slow listener slows nobody but itself. A listener may
/// block on anything but the client's own futures: their answers come behind the events that it
/// holds up. What it throws is logged and changes nothing.
public interface ChatListener {

  /// An event, never a batch. A room's journaled events (those with a sequence) come in order,
  /// without gap or repeat, whatever happens to the connection. They begin anew only after a
  /// `room_joined` that says so: the answer to a `join` of a room that was joined already, or one
  /// with `reset`, after which what was known of the room must be forgotten.
  ///
  /// Not told here: answers that complete a future (`ack`, most `error`s), `ping`, `pong`,
  /// `welcome` and `drain`.
  default void onEvent(ChatEvent event) {}

  /// The connection changed.
  default void onState(ConnectionState state) {}
}
