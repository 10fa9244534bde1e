package dev.parley.bench.wire;

import dev.parley.chat.v1.ChatEvent;

/// What [EventReader] finds, event by event, in order.
public interface EventSink {
  /// A message of a room.
  ///
  /// @param room hash of the room's id ([Bytes#hash])
  /// @param sequence its place in the journal; 0: the protocol tells none
  /// @param hash of id and content ([MessageTemplate#hash])
  /// @param sentNanos when it was sent, as its id says; -1: the id is of another kind
  void message(long room, long sequence, long hash, long sentNanos);

  /// A message was acknowledged.
  ///
  /// @param id hash of the message's id
  /// @param sequence its place in the journal; 0: the protocol tells none
  /// @param duplicate whether the server says that it had it before
  /// @param sentNanos when it was sent, as its id says; -1: the id is of another kind
  void ack(long id, long sequence, boolean duplicate, long sentNanos);

  /// Something that is not journaled.
  void signal(Signal signal);

  /// Anything else.
  void other(ChatEvent event);
}
