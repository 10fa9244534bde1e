/// Who is here: users who listen to a topic now, whatever the number of their devices, and how it
/// is told to the others without a flood.
///
/// Owner of all mutable state: the engine's thread.
@NullMarked
package dev.parley.core.presence;

import org.jspecify.annotations.NullMarked;
