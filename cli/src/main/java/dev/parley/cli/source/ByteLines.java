package dev.parley.cli.source;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Lines of a file of unknown size and encoding, in bounded memory. Owned by one thread.
///
/// A line is UTF-8; one that is not is taken for Windows-1252, byte by byte, as IRC clients of the
/// time wrote it. Lines end with a line feed, or a carriage return and a line feed.
final class ByteLines implements Closeable {
  /// Longest line that is read, in bytes; a message of 64 KiB, each byte escaped, fits.
  static final int MAX_LINE_BYTES = 1 << 20;

  private static final int BUFFER_BYTES = 1 << 16;
  private static final Charset WINDOWS = Charset.forName("windows-1252");

  /// A line.
  ///
  /// @param number from 1
  /// @param text the line; empty where it was too long
  /// @param bytes its length with its end
  /// @param utf8 whether it was UTF-8
  /// @param tooLong whether it was longer than [#MAX_LINE_BYTES]
  record Line(long number, String text, long bytes, boolean utf8, boolean tooLong) {}

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(1_024);
  private int position;
  private int end;
  private long number;

  ByteLines(InputStream in) {
    this.in = in;
  }

  /// The next line; null at the end.
  @Nullable Line next() throws IOException {
    line.reset();
    long length = 0;
    while (true) {
      if (position == end && !fill()) {
        return length == 0 ? null : finish(length, length);
      }
      int start = position;
      while (position < end && buffer[position] != '\n') {
        position++;
      }
      int part = position - start;
      length += part;
      if (length <= MAX_LINE_BYTES) {
        line.write(buffer, start, part);
      }
      if (position < end) {
        position++;
        return finish(length, length + 1);
      }
    }
  }

  private boolean fill() throws IOException {
    position = 0;
    end = Math.max(0, in.read(buffer));
    return end > 0;
  }

  private Line finish(long contentBytes, long bytesInAll) {
    number++;
    if (contentBytes > MAX_LINE_BYTES) {
      return new Line(number, "", bytesInAll, true, true);
    }
    byte[] bytes = line.toByteArray();
    int count = bytes.length;
    if (count > 0 && bytes[count - 1] == '\r') {
      count--;
    }
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, count)).toString();
      return new Line(number, text, bytesInAll, true, false);
    } catch (CharacterCodingException _) {
      return new Line(number, new String(bytes, 0, count, WINDOWS), bytesInAll, false, false);
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
