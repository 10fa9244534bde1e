package dev.parley.models.sse;

import dev.parley.core.limit.Limits;
import dev.parley.core.model.ModelException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Parser of server-sent events (WHATWG HTML, 9.2.6), fed with bytes as they come. Has a state; for
/// one thread, one stream, and not to be fed again after a failure. An event that the stream does
/// not terminate is never told, as the standard says; `retry` is ignored.
///
/// A line is decoded only once it is whole, so a cut within a character, a byte order mark or a
/// pair of carriage return and line feed needs no care. Lines within one slice are not copied.
public final class SseParser {
  /// Most bytes of an event, unless the constructor is told otherwise: 4 MiB.
  public static final int DEFAULT_MAX_EVENT_BYTES = 4 << 20;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EVENT = "event".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ID = "id".getBytes(StandardCharsets.US_ASCII);
  private static final int MIN_CARRY_BYTES = 512;

  /// Room for a line's beginning that is kept for the next line.
  private static final int MAX_KEPT_BYTES = 64 << 10;

  private final int maxEventBytes;

  /// The beginning of a line whose end is still to come.
  private byte[] carry = {};

  private int carryLength;
  private boolean firstLine = true;

  /// Whether a line feed, if it comes next, belongs to the carriage return that came last.
  private boolean afterCarriageReturn;

  /// First line of data; null: none yet.
  private @Nullable String data;

  /// All lines of data, if there is more than one.
  private @Nullable StringBuilder lines;

  private int dataBytes;
  private String name = "";
  private String lastId = "";

  /// A parser with the default limit.
  public SseParser() {
    this(DEFAULT_MAX_EVENT_BYTES);
  }

  /// @param maxEventBytes most bytes of an event's data and the line that is being read; at least 1
  public SseParser(int maxEventBytes) {
    if (maxEventBytes < 1) {
      throw new IllegalArgumentException(
          "maxEventBytes: %d (expected: >= 1)".formatted(maxEventBytes));
    }
    this.maxEventBytes = maxEventBytes;
  }

  /// Reads more of the stream.
  ///
  /// @param bytes not kept
  /// @param out told of each event that became complete
  /// @throws ModelException `MALFORMED`, if an event is too long
  public void feed(byte[] bytes, int offset, int length, Consumer<ServerSentEvent> out) {
    int end = offset + length;
    int start = offset;
    if (length > 0 && afterCarriageReturn) {
      afterCarriageReturn = false;
      if (bytes[start] == '\n') {
        start++;
      }
    }
    for (int at = start; at < end; at++) {
      byte value = bytes[at];
      if (value != '\n' && value != '\r') {
        continue;
      }
      endLine(bytes, start, at, out);
      if (value == '\r') {
        if (at + 1 == end) {
          afterCarriageReturn = true;
        } else if (bytes[at + 1] == '\n') {
          at++;
        }
      }
      start = at + 1;
    }
    if (start < end) {
      keep(bytes, start, end);
    }
  }

  /// About how many bytes of memory the event takes that is not yet complete.
  public long heldBytes() {
    return carry.length
        + (long) Limits.BYTES_PER_CHAR * (dataBytes + name.length() + lastId.length());
  }

  private void endLine(byte[] bytes, int from, int to, Consumer<ServerSentEvent> out) {
    if (carryLength == 0) {
      line(bytes, from, to, out);
      return;
    }
    keep(bytes, from, to);
    int length = carryLength;
    carryLength = 0;
    line(carry, 0, length, out);
    if (carry.length > MAX_KEPT_BYTES) {
      carry = new byte[0];
    }
  }

  private void keep(byte[] bytes, int from, int to) {
    checkSize(carryLength, to - from);
    int length = carryLength + to - from;
    if (length > carry.length) {
      int roomy = Math.max(MIN_CARRY_BYTES, length + (length >> 1));
      carry = Arrays.copyOf(carry, Math.max(length, Math.min(roomy, maxEventBytes)));
    }
    System.arraycopy(bytes, from, carry, carryLength, to - from);
    carryLength = length;
  }

  private void checkSize(int carried, int more) {
    if ((long) dataBytes + carried + more > maxEventBytes) {
      throw new ModelException(
          ModelException.Kind.MALFORMED,
          "an event of the provider's stream has more than %d bytes".formatted(maxEventBytes));
    }
  }

  private void line(byte[] bytes, int from, int to, Consumer<ServerSentEvent> out) {
    checkSize(0, to - from);
    int start = from;
    if (firstLine) {
      firstLine = false;
      int after = Math.min(to, start + BYTE_ORDER_MARK.length);
      if (Arrays.equals(bytes, start, after, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length)) {
        start = after;
      }
    }
    if (start == to) {
      dispatch(out);
      return;
    }
    int colon = start;
    while (colon < to && bytes[colon] != ':') {
      colon++;
    }
    int value = Math.min(to, colon + 1);
    if (value < to && bytes[value] == ' ') {
      value++;
    }
    field(bytes, start, colon, value, to);
  }

  private void field(byte[] bytes, int from, int colon, int value, int to) {
    if (is(DATA, bytes, from, colon)) {
      addData(text(bytes, value, to));
      dataBytes += to - value + 1;
    } else if (is(EVENT, bytes, from, colon)) {
      name = text(bytes, value, to);
    } else if (is(ID, bytes, from, colon)) {
      String id = text(bytes, value, to);
      if (id.indexOf('\0') < 0) {
        lastId = id;
      }
    }
  }

  private void addData(String line) {
    if (data == null) {
      data = line;
      return;
    }
    if (lines == null) {
      lines = new StringBuilder(data);
    }
    lines.append('\n').append(line);
  }

  private void dispatch(Consumer<ServerSentEvent> out) {
    String type = name.isEmpty() ? "message" : name;
    String whole = lines == null ? data : lines.toString();
    data = null;
    lines = null;
    dataBytes = 0;
    name = "";
    if (whole != null) {
      out.accept(new ServerSentEvent(type, whole, lastId));
    }
  }

  private static boolean is(byte[] field, byte[] bytes, int from, int to) {
    return Arrays.equals(field, 0, field.length, bytes, from, to);
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }
}
