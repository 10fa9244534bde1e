package dev.parley.core.topic;

/// A user's lasting relation to a topic, whether online or not.
///
/// @param user id of the user
/// @param role what the user may do
/// @param joinedAtMicros when membership began, microseconds since 1970 UTC
/// @param readSequence everything up to here was read; 0: nothing
public record Member(String user, Role role, long joinedAtMicros, long readSequence) {}
