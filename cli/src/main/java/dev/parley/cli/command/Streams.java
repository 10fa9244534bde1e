package dev.parley.cli.command;

import dev.parley.cli.output.Tty;
import java.io.InputStream;
import java.io.PrintWriter;

/// Where a command reads and writes. The writers are thread-safe, as every PrintWriter.
///
/// @param in standard input
/// @param out for data; flushed by whoever waits after writing
/// @param err for talk
/// @param tty which of the three are terminals
public record Streams(InputStream in, PrintWriter out, PrintWriter err, Tty tty) {}
