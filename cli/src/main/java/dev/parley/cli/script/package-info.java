/// Commands for scripts: send, tail, history, search, rooms, users.
///
/// Each does one thing and ends. What they print is data; what they say goes to standard error.
@NullMarked
package dev.parley.cli.script;

import org.jspecify.annotations.NullMarked;
