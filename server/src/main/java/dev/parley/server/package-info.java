/// The process: start-up and shutdown as a story, told by [ParleyServer].
@NullMarked
package dev.parley.server;

import org.jspecify.annotations.NullMarked;
