package dev.parley.cli.source;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Messages of an input, one after the other. Owned by one thread.
public interface MessageSource extends Closeable {

  /// The next thing; null at the end.
  ///
  /// @throws IOException if the input cannot be read on
  @Nullable SourceItem next() throws IOException;

  /// What became of the lines so far.
  SourceTally tally();

  /// Bytes read so far, for telling progress.
  long bytesRead();

  /// Bytes that there are in all; 0 if that is not known.
  long bytesTotal();
}
