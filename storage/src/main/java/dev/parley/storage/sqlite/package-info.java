/// The journal on SQLite: a database, and a log of the commits that are not in its tables yet.
///
/// Knows topics, entries, members, profiles and words, and nothing of what they mean. The log
/// belongs to the engine's thread. The tables are written by one thread at a time ([Backlog]);
/// readers borrow a connection from a bounded pool. Both files are in WAL mode: a read waits for
/// what it wants to see to be carried into the tables, and for nothing else, and what it sees has
/// been synced.
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
