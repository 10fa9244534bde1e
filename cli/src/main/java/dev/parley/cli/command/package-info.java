/// What every command shares: the server to talk to, how failures become exit codes, where output
/// goes.
@NullMarked
package dev.parley.cli.command;

import org.jspecify.annotations.NullMarked;
