package dev.parley.storage.sqlite;

import dev.parley.core.topic.Append;
import dev.parley.core.user.Profile;
import java.util.List;

/// What one call of [dev.parley.core.topic.Journal#commit] changes.
///
/// @param number place in the order of commits, from 1
record Commit(long number, List<Append> appends, List<Profile> profiles) {}
