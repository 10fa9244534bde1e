package dev.parley.bench.load;

import java.util.Locale;

/// The protocol that is spoken.
public enum Protocol {
  /// `parley.chat.v1.ChatService`: sequences, batches, resuming.
  NATIVE("parley.chat.v1.ChatService"),
  /// `chat.ChatService`: single events, rooms entered by a call, no sequences.
  CLASSIC("chat.ChatService");

  private final String service;

  Protocol(String service) {
    this.service = service;
  }

  /// Full name of the service.
  String service() {
    return service;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
