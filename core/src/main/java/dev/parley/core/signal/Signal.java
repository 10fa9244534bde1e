package dev.parley.core.signal;

import org.jspecify.annotations.Nullable;

/// Something that is true now and need not be remembered: who is here, who types, who has read.
/// Implementations are immutable.
public interface Signal {
  /// Signals with equal keys replace each other where one waits: only the newest is of interest.
  Object key();

  /// The user who is not told, having caused it; null: everyone is told.
  @Nullable String exceptUser();
}
