package dev.parley.bench.peer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;

/// Reads what a NATS server says on one connection: counts messages, skips what is in them. Owned
/// by one thread.
final class NatsReader {
  private final IntConsumer message;
  private final Answer ping;
  private final Runnable pong;
  private final StringBuilder line = new StringBuilder();
  private int skip;

  /// Answers the server's sign of life.
  interface Answer {
    void give() throws IOException;
  }

  /// @param message told the number of the subscription, for each message
  /// @param ping answers a ping
  /// @param pong told of an answer to our own
  NatsReader(IntConsumer message, Answer ping, Runnable pong) {
    this.message = message;
    this.ping = ping;
    this.pong = pong;
  }

  /// Reads all bytes that are there; lines and messages may go on in the next ones.
  void read(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (skip > 0) {
        int skipped = Math.min(skip, bytes.remaining());
        bytes.position(bytes.position() + skipped);
        skip -= skipped;
      } else {
        char next = (char) bytes.get();
        if (next == '\n') {
          line(line.toString().strip());
          line.setLength(0);
        } else {
          line.append(next);
        }
      }
    }
  }

  // MSG subject subscription [reply-to] length
  private void line(String words) throws IOException {
    if (words.startsWith("MSG ")) {
      String[] parts = words.split(" ", -1);
      message.accept(Integer.parseInt(parts[2]));
      skip = Integer.parseInt(parts[parts.length - 1]) + "\r\n".length();
    } else if (words.equals("PING")) {
      ping.give();
    } else if (words.equals("PONG")) {
      pong.run();
    } else if (words.startsWith("-ERR")) {
      throw new IOException(words);
    }
  }
}
