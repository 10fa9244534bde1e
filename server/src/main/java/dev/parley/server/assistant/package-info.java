/// Assistants in rooms: users of the server's own, for whom models answer.
///
/// They do in a room what anybody may do, by the same commands, and know neither streams nor wire.
/// Whoever takes in a message tells [dev.parley.server.assistant.Assistants], which never makes him
/// wait: everything else happens on readers' threads, on those where models are asked, and in the
/// engine's callbacks, which only schedule.
@NullMarked
package dev.parley.server.assistant;

import org.jspecify.annotations.NullMarked;
