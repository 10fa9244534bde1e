/// `parley chat --ai`: talking with a model, on a terminal or through pipes.
///
/// Two threads matter: one reads lines from the person and does what they say, waiting for calls as
/// a shell does; the other, [dev.parley.cli.terminal.ChatLoop], owns what is known of the session
/// ([dev.parley.cli.assistant.Talk]) and shows it. The client's thread only hands events to the
/// loop.
@NullMarked
package dev.parley.cli.assistant;

import org.jspecify.annotations.NullMarked;
