package dev.parley.storage.sqlite;

import java.time.Duration;

/// Every bound of the store.
///
/// @param readers most reads at once, each with a connection of its own
/// @param searches most searches at once, apart from the other reads: a search can take long
/// @param readerWait how long a read or search waits for its turn
/// @param busyWait how long a statement waits for another process's lock on the file
/// @param maxFileBytes size at which the journal counts as full; the log comes on top
/// @param logBytes size of the write-ahead log at which it is copied into the file; it reaches a
///     multiple of this while someone reads for long (a backup), and is then cut back
/// @param writerCacheBytes page cache of the write connection
/// @param readerCacheBytes page cache of each read connection
/// @param freshChars length of the texts that gather before they go into the word index together,
///     which keeps one commit waiting for some milliseconds, and that a search looks through one by
///     one; each counts as 256 characters at least
/// @param unappliedBytes how much of what was committed gathers in the log before it is carried
///     into the tables, in bytes of the pages that it touches; at most three times that waits. 0:
///     commits go into the tables at once
/// @param alwaysCheckBytes up to this size the file is checked at every start, beyond it only
///     after an unclean end
/// @param startCheck when the check at the start gives up, and the server starts with a warning
public record StorageLimits(
    int readers,
    int searches,
    Duration readerWait,
    Duration busyWait,
    long maxFileBytes,
    int logBytes,
    int writerCacheBytes,
    int readerCacheBytes,
    int freshChars,
    int unappliedBytes,
    long alwaysCheckBytes,
    Duration startCheck) {
  private static final int MIB = 1 << 20;

  /// 4 readers and 2 searches, waits of 10 s and 5 s, no quota, log 16 MiB, caches 32 and 4 MiB,
  /// 65,536 fresh characters, a 32nd of the heap unapplied (2 to 8 MiB), checks always up to 64 MiB
  /// and for 10 s.
  public static final StorageLimits DEFAULTS =
      new StorageLimits(
          4,
          2,
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          Long.MAX_VALUE,
          16 * MIB,
          32 * MIB,
          4 * MIB,
          64 << 10,
          (int) Math.clamp(Runtime.getRuntime().maxMemory() / 32, 2L * MIB, 8L * MIB),
          64L * MIB,
          Duration.ofSeconds(10));

  public StorageLimits {
    if (readers < 1 || searches < 1) {
      throw new IllegalArgumentException(
          "readers and searches: %d, %d (expected: >= 1)".formatted(readers, searches));
    }
    if (logBytes < MIB) {
      throw new IllegalArgumentException("logBytes: %d (expected: >= 1 MiB)".formatted(logBytes));
    }
  }

  /// The same with another quota.
  public StorageLimits withMaxFileBytes(long bytes) {
    return new StorageLimits(
        readers,
        searches,
        readerWait,
        busyWait,
        bytes,
        logBytes,
        writerCacheBytes,
        readerCacheBytes,
        freshChars,
        unappliedBytes,
        alwaysCheckBytes,
        startCheck);
  }

  /// The same with another number of readers.
  public StorageLimits withReaders(int count, Duration wait) {
    return new StorageLimits(
        count,
        searches,
        wait,
        busyWait,
        maxFileBytes,
        logBytes,
        writerCacheBytes,
        readerCacheBytes,
        freshChars,
        unappliedBytes,
        alwaysCheckBytes,
        startCheck);
  }

  /// The same with another amount of fresh text.
  public StorageLimits withFreshChars(int chars) {
    return new StorageLimits(
        readers,
        searches,
        readerWait,
        busyWait,
        maxFileBytes,
        logBytes,
        writerCacheBytes,
        readerCacheBytes,
        chars,
        unappliedBytes,
        alwaysCheckBytes,
        startCheck);
  }

  /// The same with another amount of what waits in the log.
  public StorageLimits withUnappliedBytes(int bytes) {
    return new StorageLimits(
        readers,
        searches,
        readerWait,
        busyWait,
        maxFileBytes,
        logBytes,
        writerCacheBytes,
        readerCacheBytes,
        freshChars,
        bytes,
        alwaysCheckBytes,
        startCheck);
  }

  /// The same with another length of the log.
  public StorageLimits withLogBytes(int bytes) {
    return new StorageLimits(
        readers,
        searches,
        readerWait,
        busyWait,
        maxFileBytes,
        bytes,
        writerCacheBytes,
        readerCacheBytes,
        freshChars,
        unappliedBytes,
        alwaysCheckBytes,
        startCheck);
  }
}
