/// `parley chat`: talking, on a terminal or through pipes.
///
/// Two threads matter: one reads lines from the person, the other,
/// [dev.parley.cli.terminal.ChatLoop], owns everything that is known and shown. The client's thread
/// only hands events to the loop.
@NullMarked
package dev.parley.cli.chat;

import org.jspecify.annotations.NullMarked;
