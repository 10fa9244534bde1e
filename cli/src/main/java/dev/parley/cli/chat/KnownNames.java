package dev.parley.cli.chat;

import java.util.List;

/// What can be completed at the moment. Immutable.
///
/// @param rooms all rooms that are known of
/// @param joined rooms that the user is in
/// @param users people of the current room
/// @param numbers of the newest messages of the current room, newest first
record KnownNames(List<String> rooms, List<String> joined, List<String> users, List<Long> numbers) {
  static final KnownNames NONE = new KnownNames(List.of(), List.of(), List.of(), List.of());
}
