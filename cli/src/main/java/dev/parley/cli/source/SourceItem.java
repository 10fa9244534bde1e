package dev.parley.cli.source;

import dev.parley.chat.v1.ChatMessage;

/// One thing that an input holds. Immutable.
public sealed interface SourceItem {

  /// Where it stands.
  Origin origin();

  /// A message, with room, author, id, content and time.
  record Message(ChatMessage message, Origin origin) implements SourceItem {}

  /// A room that the messages after it are in.
  record Room(dev.parley.chat.v1.Room room, Origin origin) implements SourceItem {}
}
