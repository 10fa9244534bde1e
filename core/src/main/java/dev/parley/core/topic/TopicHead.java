package dev.parley.core.topic;

/// What is stored of a topic as a whole.
///
/// @param topic the topic
/// @param lastSequence sequence of its newest entry; 0: none yet
/// @param snapshot newest snapshot; of sequence 0 and no bytes if there is none
/// @param createdAtMicros when it came into being, microseconds since 1970 UTC: the time of its
///     first append's first draft, else of the first member that it put, else 0
/// @param erased whether it was deleted
public record TopicHead(
    TopicId topic, long lastSequence, Snapshot snapshot, long createdAtMicros, boolean erased) {}
