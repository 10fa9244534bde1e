package dev.parley.storage.sqlite;

/// What a commit survives once it returned.
public enum Durability {
  /// Power failure: every commit is synced to the disk.
  FSYNC,
  /// The end of the process, however it ends, but not of the operating system: a power failure can
  /// lose the last commits and, in the worst case, damage the file.
  OS,
  /// Nothing: the journal is a private temporary file that is removed at close. A process that is
  /// killed leaves the file behind, but no later one reads it.
  MEMORY
}
