/// The durable side of `core`: its ports on SQLite, and the migrations that shape the database.
///
/// The only module that knows SQL. Nothing here decides anything about a conversation; it stores
/// what `core` decided and reads it back in order.
@NullMarked
package dev.parley.storage;

import org.jspecify.annotations.NullMarked;
