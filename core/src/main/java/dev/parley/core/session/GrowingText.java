package dev.parley.core.session;

import org.jspecify.annotations.Nullable;

/// Text that grows at its end. Immutable: a longer one shares what the shorter one is made of, so
/// that adding a piece costs the same however long it is.
public final class GrowingText {
  /// Pieces up to this many characters are put together: a token alone is smaller than what holds
  /// it.
  private static final int SMALL_CHARS = 256;

  /// Nothing.
  public static final GrowingText EMPTY = new GrowingText(null, "", 0);

  private final @Nullable GrowingText before;
  private final String piece;
  private final int length;

  private GrowingText(@Nullable GrowingText before, String piece, int length) {
    this.before = before;
    this.piece = piece;
    this.length = length;
  }

  /// All of a text.
  public static GrowingText of(String text) {
    return EMPTY.plus(text);
  }

  /// This, and more.
  public GrowingText plus(String more) {
    if (more.isEmpty()) {
      return this;
    }
    int longer = length + more.length();
    return !isEmpty() && piece.length() + more.length() <= SMALL_CHARS
        ? new GrowingText(before, piece + more, longer)
        : new GrowingText(this, more, longer);
  }

  /// Characters of it.
  int length() {
    return length;
  }

  /// Whether there is nothing.
  public boolean isEmpty() {
    return length == 0;
  }

  /// The whole text.
  @Override
  public String toString() {
    char[] whole = new char[length];
    for (GrowingText part = this; part != null; part = part.before) {
      part.piece.getChars(0, part.piece.length(), whole, part.length - part.piece.length());
    }
    return new String(whole);
  }
}
