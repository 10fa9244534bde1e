/// Rooms on the wire: the adapters between `parley.chat.v1` (and the classic `chat.ChatService`)
/// and the engine. Nothing is decided here.
@NullMarked
package dev.parley.server.chat;

import org.jspecify.annotations.NullMarked;
