package dev.parley.cli.serve;

import java.nio.file.Path;
import java.util.List;

/// A data directory is damaged.
final class DamagedException extends Exception {
  private static final long serialVersionUID = 1L;

  DamagedException(Path directory, List<String> damages) {
    super(
        "%s is damaged: %s (restore a backup: parley restore FILE --replace)"
            .formatted(directory, String.join("; ", damages)));
  }
}
