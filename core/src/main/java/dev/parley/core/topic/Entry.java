package dev.parley.core.topic;

import org.jspecify.annotations.Nullable;

/// One committed entry of a topic's journal. Immutable: nobody writes to `body`.
///
/// @param sequence place in the journal, from 1
/// @param type what the body is, 1 to 127; the numbering is the codec's
/// @param author id of the user whose command brought it
/// @param key the author's own id of it, unique for this author in this topic; null if it has none
/// @param atMicros server time of the decision, microseconds since 1970 UTC
/// @param body encoded content, as the codec made it
public record Entry(
    long sequence, int type, String author, @Nullable String key, long atMicros, byte[] body) {}
