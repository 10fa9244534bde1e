/// The journal on SQLite: one file, one writing connection, a few reading ones.
///
/// Knows topics, entries, members, profiles and words, and nothing of what they mean. The write
/// connection belongs to the engine's thread; readers borrow theirs from a bounded pool. The file
/// is in WAL mode: readers never wait for the writer, nor the writer for them, and what a reader
/// sees has been synced.
///
/// Invariants:
/// - a failed statement costs its connection: the next call opens another, so that nothing is ever
///   continued in a state that SQLite or the disk left behind;
/// - no read transaction outlives one call, so that the write-ahead log can be emptied;
/// - while SQLite has a file open, nothing else in this process opens it: closing a file drops all
///   of the process's POSIX locks on it, SQLite's too.
@NullMarked
package dev.parley.storage.sqlite;

import org.jspecify.annotations.NullMarked;
