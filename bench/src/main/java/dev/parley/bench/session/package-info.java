/// Measures sessions with models: many answers that stream at once, each to several watchers.
///
/// A run is owned by one thread, which waits; watchers are called on the event loops of their
/// connections.
@NullMarked
package dev.parley.bench.session;

import org.jspecify.annotations.NullMarked;
