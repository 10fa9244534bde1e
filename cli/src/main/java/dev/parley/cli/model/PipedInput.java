package dev.parley.cli.model;

import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.Streams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// What is piped into `ask`.
final class PipedInput {
  private static final int MAX_BYTES = 900_000;
  private static final int SILENT_SECONDS = 1;

  private PipedInput() {}

  /// All of it, up to its end. Whoever is waited for is told so: a script hands on a standard input
  /// that nobody writes to and nobody closes.
  ///
  /// @throws CommandFailure if it is too much
  static String read(Streams streams) throws IOException {
    if (streams.tty().input()) {
      return "";
    }
    CountDownLatch begun = new CountDownLatch(1);
    var _ = Thread.ofVirtual().start(() -> tellUnless(begun, streams));
    int first;
    try {
      first = streams.in().read();
    } finally {
      begun.countDown();
    }
    if (first < 0) {
      return "";
    }
    byte[] bytes = new byte[MAX_BYTES + 1];
    bytes[0] = (byte) first;
    int length = 1 + streams.in().readNBytes(bytes, 1, MAX_BYTES);
    if (length > MAX_BYTES) {
      throw CommandFailure.usage(
          "more than %d bytes are piped in (expected: at most that)".formatted(MAX_BYTES));
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private static void tellUnless(CountDownLatch begun, Streams streams) {
    try {
      if (!begun.await(SILENT_SECONDS, TimeUnit.SECONDS)) {
        streams
            .err()
            .println("waiting for the end of standard input; to ask without it, add < /dev/null");
        streams.err().flush();
      }
    } catch (InterruptedException _) {
      // nobody interrupts it
    }
  }
}
