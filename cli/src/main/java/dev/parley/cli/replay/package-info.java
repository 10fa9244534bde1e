/// `parley replay`: a conversation from a file, played by many clients and checked at each of them.
///
/// One thread reads and paces; each client's events are checked on that client's thread, in a
/// [dev.parley.cli.replay.Member] of its own; what all share is in
/// [dev.parley.cli.replay.DeliveryCheck].
@NullMarked
package dev.parley.cli.replay;

import org.jspecify.annotations.NullMarked;
