package dev.parley.core.topic;

import dev.parley.core.user.Profile;

/// One stream's wish to listen to one topic. Told apart by identity: a stream makes its own.
///
/// @param user who listens
/// @param outlet where the topic's entries and signals are to go
/// @param resumable whether a break of the stream may be followed by its coming back, so that its
///     user is given time before being said to have left
public record Subscription(Profile user, Outlet outlet, boolean resumable) {}
