package dev.parley.bench.measure;

import java.util.Locale;

/// Times that are measured. With a rate, the first two begin when the message was to be sent, not
/// when it was: a server that holds up its senders does not hide it (coordinated omission).
public enum Latency {
  /// From sending to a subscriber.
  DELIVERY,
  /// From sending to the sender's ack.
  ACK,
  /// From the first packet of a new connection until its streams are in their rooms.
  CONNECT,
  /// The same for streams that come back, until they have what they missed.
  RESUME;

  /// Name in JSON.
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
