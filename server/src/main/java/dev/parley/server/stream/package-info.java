/// Bidirectional streams that listen to topics: what those of all kinds of conversation share.
/// Names no kind of conversation.
@NullMarked
package dev.parley.server.stream;

import org.jspecify.annotations.NullMarked;
