package dev.parley.core.topic;

/// How failures of the storage are told to the operator: one line when something begins to fail,
/// none while it goes on, however many requests meet it.
final class StorageLog {
  private StorageLog() {}

  /// Tells of a failure. What was foreseen is told without a stack: its message says what is wrong
  /// and what to do.
  ///
  /// @param what what could not be done
  /// @param known whether the operator knows already
  static void tell(System.Logger log, String what, JournalException e, boolean known) {
    if (known) {
      log.log(System.Logger.Level.DEBUG, what, e);
      return;
    }
    switch (e.kind()) {
      case FULL, READ_ONLY, CORRUPT ->
          log.log(System.Logger.Level.ERROR, what + ": " + e.getMessage());
      case CONFLICT, BROKEN -> log.log(System.Logger.Level.ERROR, what, e);
    }
  }
}
