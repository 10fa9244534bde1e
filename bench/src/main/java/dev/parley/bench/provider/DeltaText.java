package dev.parley.bench.provider;

import dev.parley.bench.wire.Bytes;
import java.nio.charset.StandardCharsets;

/// The text of one delta: `QQQQQQQQ-IIII-NNNNNNNNNNNNNNNN;` in hexadecimal, with the number of the
/// question, the delta's place in the answer, and when it was written. So whoever reads it can tell
/// that it is his, that none is missing, and how long it was on its way. Pure functions.
///
/// @param question number of the question
/// @param index place in the answer, from 0
/// @param sentNanos when it was written, as [System#nanoTime] of the provider's process
public record DeltaText(int question, int index, long sentNanos) {
  /// Characters of each.
  public static final int CHARS = 31;

  /// Deltas that an answer may have.
  public static final int MAX_DELTAS = 1 << 16;

  private static final int QUESTION_DIGITS = 8;
  private static final int INDEX_AT = 9;
  private static final int INDEX_DIGITS = 4;
  private static final int NANOS_AT = 14;
  private static final int NANOS_DIGITS = 16;

  /// A question's number as its text, which is how a question tells it.
  public static String question(int number) {
    return "%08x".formatted(number);
  }

  /// A question's number.
  ///
  /// @return -1: the text is none
  public static int number(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return bytes.length == QUESTION_DIGITS ? (int) Bytes.hex(bytes, 0, QUESTION_DIGITS) : -1;
  }

  /// The text.
  byte[] bytes() {
    byte[] bytes = new byte[CHARS];
    Bytes.putHex(bytes, 0, QUESTION_DIGITS, question);
    bytes[INDEX_AT - 1] = '-';
    Bytes.putHex(bytes, INDEX_AT, INDEX_DIGITS, index);
    bytes[NANOS_AT - 1] = '-';
    Bytes.putHex(bytes, NANOS_AT, NANOS_DIGITS, sentNanos);
    bytes[CHARS - 1] = ';';
    return bytes;
  }

  /// What [#bytes] made.
  ///
  /// @param text at least [#CHARS] characters
  /// @throws IllegalArgumentException if it did not
  public static DeltaText parse(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    long question = Bytes.hex(bytes, 0, QUESTION_DIGITS);
    long index = Bytes.hex(bytes, INDEX_AT, INDEX_DIGITS);
    boolean punctuated =
        bytes[INDEX_AT - 1] == '-' && bytes[NANOS_AT - 1] == '-' && bytes[CHARS - 1] == ';';
    if (question < 0 || index < 0 || !punctuated) {
      throw new IllegalArgumentException(
          "\"%s\" (expected: QQQQQQQQ-IIII-NNNNNNNNNNNNNNNN;)".formatted(text));
    }
    return new DeltaText((int) question, (int) index, Bytes.hex(bytes, NANOS_AT, NANOS_DIGITS));
  }
}
