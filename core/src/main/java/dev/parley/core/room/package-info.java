/// Rooms: people talking. Pure rules over immutable values, and the words they use.
///
/// A room's journal holds what was said and every change to it, to the room and to its members by
/// others. Who enters or leaves by himself changes the membership without an entry: the others
/// learn of it as presence, so that a thousand people entering cost a thousand changes and not a
/// million events.
@NullMarked
package dev.parley.core.room;

import org.jspecify.annotations.NullMarked;
