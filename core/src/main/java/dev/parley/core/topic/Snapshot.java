package dev.parley.core.topic;

/// A topic's encoded state after an entry, so that loading it replays only what came later.
///
/// @param sequence the last entry that the state includes; 0: none
/// @param state encoded state, as the codec made it
public record Snapshot(long sequence, byte[] state) {}
