package dev.parley.server.delivery;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/// One encoded gRPC message, made of slices of shared arrays. Immutable; sent to many streams.
public final class Frame {
  private record Slice(byte[] bytes, int offset, int length) {}

  private final Slice[] slices;
  private final int length;

  Frame(byte[] bytes, int offset, int length) {
    slices = new Slice[] {new Slice(bytes, offset, length)};
    this.length = length;
  }

  private Frame(Slice[] slices, int length) {
    this.slices = slices;
    this.length = length;
  }

  /// Several frames as one: their bytes one after the other.
  static Frame concat(List<Frame> frames) {
    int count = 0;
    for (Frame frame : frames) {
      count += frame.slices.length;
    }
    Slice[] slices = new Slice[count];
    int length = 0;
    int next = 0;
    for (Frame frame : frames) {
      System.arraycopy(frame.slices, 0, slices, next, frame.slices.length);
      next += frame.slices.length;
      length += frame.length;
    }
    return new Frame(slices, length);
  }

  /// Length in bytes.
  public int length() {
    return length;
  }

  /// Writes all of it.
  public void writeTo(OutputStream out) throws IOException {
    for (Slice slice : slices) {
      out.write(slice.bytes, slice.offset, slice.length);
    }
  }
}
