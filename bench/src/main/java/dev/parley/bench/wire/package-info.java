/// Frames of the protocol, written from templates and read in place: nothing is built per message.
@NullMarked
package dev.parley.bench.wire;

import org.jspecify.annotations.NullMarked;
