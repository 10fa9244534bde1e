package dev.parley.client;

import static java.util.Objects.requireNonNull;

/// Names a message of a room: by its author's id, or by its place in the journal.
///
/// @param id the message's id; empty where the sequence counts
/// @param sequence the message's sequence; ignored where an id is given
public record MessageRef(String id, long sequence) {

  public MessageRef {
    requireNonNull(id, "id");
    if (id.isEmpty() && sequence < 1) {
      throw new IllegalArgumentException(
          "no id and sequence: " + sequence + " (expected: an id, or a sequence >= 1)");
    }
  }

  public static MessageRef byId(String id) {
    return new MessageRef(id, 0);
  }

  public static MessageRef bySequence(long sequence) {
    return new MessageRef("", sequence);
  }
}
