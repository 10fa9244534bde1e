package dev.parley.client;

/// The outbox holds as much as it may, so a request was not taken: the caller is faster than the
/// server, or there is no connection. Nothing was sent.
public final class OutboxFullException extends RuntimeException {

  OutboxFullException(int messages, int maxMessages, long bytes, long maxBytes) {
    super(
        ("outbox is full: %,d of %,d requests, %,d of %,d bytes; "
                + "wait for earlier sends, or use sendBlocking")
            .formatted(messages, maxMessages, bytes, maxBytes));
  }
}
