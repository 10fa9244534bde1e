package dev.parley.server.delivery;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// One event, encoded once, in two forms that share their bytes: alone, as a message, and as an
/// element of a repeated field, so that a batch is nothing but elements one after the other (a
/// repeated field is the concatenation of its elements; Protocol Buffers, "Encoding").
///
/// Thread-safe. In `bytes`, the element begins at 0 and the message at `start`.
public final class WireEvent {
  private final byte[] bytes;
  private final int start;

  // Made when they are first asked for; two threads may make one each, which are the same.
  private @Nullable Frame alone;
  private @Nullable Frame batch;

  private WireEvent(byte[] bytes, int start) {
    this.bytes = bytes;
    this.start = start;
  }

  /// An event that is a message.
  ///
  /// @param batchField number of the repeated field that it can be an element of
  public static WireEvent of(MessageLite message, int batchField) {
    return build(batchField, message.getSerializedSize(), message::writeTo);
  }

  /// An event that is written piece by piece.
  ///
  /// @param batchField number of the repeated field that it can be an element of
  /// @param size its length in bytes
  public static WireEvent build(int batchField, int size, Writer writer) {
    int prefix =
        CodedOutputStream.computeTagSize(batchField)
            + CodedOutputStream.computeUInt32SizeNoTag(size);
    byte[] bytes = new byte[prefix + size];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeTag(batchField, WireFormat.WIRETYPE_LENGTH_DELIMITED);
      out.writeUInt32NoTag(size);
      writer.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException("an event is not of the size that was announced", e);
    }
    return new WireEvent(bytes, prefix);
  }

  /// Writes an event's bytes.
  @FunctionalInterface
  public interface Writer {
    /// Writes them.
    void writeTo(CodedOutputStream out) throws IOException;
  }

  /// The event as a gRPC message of its own.
  public Frame alone() {
    Frame made = alone;
    if (made == null) {
      made = new Frame(bytes, start, bytes.length - start);
      alone = made;
    }
    return made;
  }

  /// The event as a gRPC message that is a batch of one.
  public Frame batch() {
    Frame made = batch;
    if (made == null) {
      made = new Frame(bytes, 0, bytes.length);
      batch = made;
    }
    return made;
  }

  byte[] element() {
    return bytes;
  }
}
