package dev.parley.cli.replay;

/// Ids of a replay's messages: each run has its own, so that playing a file again says it again.
/// Immutable.
///
/// @param run what tells this run's messages from all others
record MessageNames(String run) {
  /// The id of a message.
  ///
  /// @param number its place among those sent, from 0
  String id(int number) {
    return run + "." + number;
  }

  /// The number of a message; -1 if it is not of this run.
  int number(String id) {
    if (!id.startsWith(run + ".")) {
      return -1;
    }
    try {
      return Integer.parseUnsignedInt(id, run.length() + 1, id.length(), 10);
    } catch (NumberFormatException _) {
      return -1;
    }
  }
}
