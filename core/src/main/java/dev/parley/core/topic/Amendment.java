package dev.parley.core.topic;

import org.jspecify.annotations.Nullable;

/// Rewrites the content of an earlier entry, which keeps its sequence, author and key: so that an
/// edited message is read as it is now, and a deleted one is gone.
///
/// @param sequence the entry to rewrite; committed earlier, or part of the same append
/// @param body the new body
/// @param rewords whether the words change too; false: it is found by the same ones as before
/// @param text the new words to find it by, where it rewords; null: it is not to be found any more
public record Amendment(long sequence, byte[] body, boolean rewords, @Nullable String text) {
  public Amendment {
    if (!rewords && text != null) {
      throw new IllegalArgumentException("words of an amendment that rewords nothing");
    }
  }

  /// Changes body and words.
  public Amendment(long sequence, byte[] body, @Nullable String text) {
    this(sequence, body, true, text);
  }

  /// Changes the body, and leaves the words as they are.
  public static Amendment ofBody(long sequence, byte[] body) {
    return new Amendment(sequence, body, false, null);
  }

  /// The entry as it is after it.
  public Entry appliedTo(Entry entry) {
    return new Entry(
        entry.sequence(), entry.type(), entry.author(), entry.key(), entry.atMicros(), body);
  }

  /// What this and an earlier one of the same entry come to.
  Amendment after(Amendment earlier) {
    return rewords ? this : new Amendment(sequence, body, earlier.rewords, earlier.text);
  }
}
