package dev.parley.core.topic;

import org.jspecify.annotations.Nullable;

/// An entry to be appended, before it has a sequence, with what the indexes are to know of it.
///
/// @param type what the body is, 1 to 127
/// @param content whether it is part of the topic's history (something said), or a change to it
/// @param author id of the user whose command brought it
/// @param key the author's own id of it; null if it has none
/// @param parent key of the entry that it answers; null if none
/// @param atMicros server time of the decision, microseconds since 1970 UTC
/// @param body encoded content
/// @param text words to find it by; null: it is not to be found
public record Draft(
    int type,
    boolean content,
    String author,
    @Nullable String key,
    @Nullable String parent,
    long atMicros,
    byte[] body,
    @Nullable String text) {}
