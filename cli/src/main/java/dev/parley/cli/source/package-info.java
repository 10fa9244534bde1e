/// Conversations in files: IRC logs, and NDJSON as `parley export` writes it.
///
/// A [dev.parley.cli.source.MessageSource] reads line by line, in bounded memory, on one thread;
/// what becomes of each line is tallied. Every message gets an id that follows from where it
/// stands, so that the same input always gives the same messages.
@NullMarked
package dev.parley.cli.source;

import org.jspecify.annotations.NullMarked;
