package dev.parley.client;

import dev.parley.assistant.v1.ChatResponse;

/// Told of everything that happens in the sessions that an [AssistantClient] watches.
///
/// Calls come one at a time and in order, on a thread of the client's. While one lasts, later
/// events wait, at last on the server, so a slow listener slows nobody but itself. A listener may
/// block on anything but the client's own futures: their answers come behind the events that it
/// holds up. What it throws is logged and changes nothing.
public interface AssistantListener {

  /// An event of a session. Those with a place (`sequence`) come in order, without gap or repeat,
  /// whatever happens to the connection, in the middle of an answer too. They begin anew only after
  /// a `WATCHING` that says so: the answer to a [AssistantClient#watch], or one with `reset`, after
  /// which what was known of the session must be forgotten. `WATCHING` comes after each new
  /// connection, and so does `CAUGHT_UP` when all is told that was missed.
  ///
  /// An `ERROR` without a place tells that a session cannot be watched any more. Not told here:
  /// answers that complete a future (`ACK`, most errors without a place), `PONG` and `DRAIN`.
  default void onEvent(ChatResponse event) {}

  /// The connection changed.
  default void onState(ConnectionState state) {}
}
