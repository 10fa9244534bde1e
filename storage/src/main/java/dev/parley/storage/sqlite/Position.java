package dev.parley.storage.sqlite;

/// Place of an entry in the table: number of the topic and sequence in one integer, so that a
/// topic is a range of row ids and its newest entry the last of them.
final class Position {
  private static final int SEQUENCE_BITS = 36;

  /// Greatest sequence; one less than fits, so that an excluded upper bound fits too.
  static final long MAX_SEQUENCE = (1L << SEQUENCE_BITS) - 2;

  /// Greatest number of a topic.
  static final long MAX_TOPIC = (1L << (63 - SEQUENCE_BITS)) - 1;

  private Position() {}

  /// The position; a sequence out of range gives the end of the topic's range that it lies beyond.
  static long of(long topic, long sequence) {
    return topic << SEQUENCE_BITS | Math.clamp(sequence, 0, MAX_SEQUENCE + 1);
  }

  static long sequence(long position) {
    return position & (MAX_SEQUENCE + 1);
  }
}
