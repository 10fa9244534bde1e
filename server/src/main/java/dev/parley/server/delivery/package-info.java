/// From the journal to the sockets: every subscriber gets every entry once and in order, at its own
/// pace, from memory while it keeps up and from the journal when it does not.
///
/// Threads: a [DeliveryLoop] belongs to one event loop, and with it every stream, feed and
/// subscriber on it; only the outlet's queue is shared. Knows entries and signals of any kind of
/// conversation; what they look like on the wire is told by a [WireFormat].
@NullMarked
package dev.parley.server.delivery;

import org.jspecify.annotations.NullMarked;
