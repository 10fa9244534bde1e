package dev.parley.core.topic;

import org.jspecify.annotations.Nullable;

/// Rewrites the content of an earlier entry, which keeps its sequence, author and key: so that an
/// edited message is read as it is now, and a deleted one is gone.
///
/// @param sequence the entry to rewrite; committed earlier, or part of the same append
/// @param body the new body
/// @param text the new words to find it by; null: it is not to be found any more
public record Amendment(long sequence, byte[] body, @Nullable String text) {}
