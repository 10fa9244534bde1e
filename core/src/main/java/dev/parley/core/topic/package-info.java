/// The engine: decide, journal, apply, deliver — for any kind of conversation.
///
/// A *topic* is one conversation. Its *journal* holds *entries* with the gap-free sequence 1, 2, 3,
/// … The [Engine] is one thread that owns every topic's live state: it takes all commands that
/// wait, decides each by the pure [Rules] of its kind, commits what they decided in one
/// transaction, and only then applies, publishes and answers. Other threads hold the engine as a
/// handle that queues commands.
///
/// Invariants:
/// - nothing is published or acknowledged before its commit returned;
/// - outlets get a topic's entries in sequence, without gap or repeat, after the subscription that
///   told them where the journal ended;
/// - no clock is read here but the injected one, and no I/O is done but through [Journal].
@NullMarked
package dev.parley.core.topic;

import org.jspecify.annotations.NullMarked;
