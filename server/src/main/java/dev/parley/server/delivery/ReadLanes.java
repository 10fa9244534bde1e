package dev.parley.server.delivery;

import dev.parley.core.topic.JournalReader;

/// What waits for the disk, apart by how urgent it is: so that no number of searches or of pages of
/// history keeps a stream from catching up. Thread-safe.
///
/// @param streams for streams that enter rooms or catch up
/// @param calls for calls beside them
/// @param searches for searches, which can take long
public record ReadLanes(Reads streams, Reads calls, Reads searches) implements AutoCloseable {
  /// Reads at once in each lane; the store has a connection for every one.
  private static final int THREADS = 2;

  /// Opens the lanes.
  ///
  /// @param reader what is read
  public static ReadLanes of(JournalReader reader) {
    return new ReadLanes(
        new Reads(reader, "stream", THREADS),
        new Reads(reader, "call", THREADS),
        new Reads(reader, "search", THREADS));
  }

  @Override
  public void close() {
    streams.close();
    calls.close();
    searches.close();
  }
}
