package dev.parley.server.rpc;

import dev.parley.server.delivery.Frame;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Sends frames that are encoded already. gRPC learns their length and has them written straight
/// into its buffer: one copy for each stream, no encoding.
public final class FrameMarshaller implements MethodDescriptor.Marshaller<Frame> {
  @Override
  public InputStream stream(Frame frame) {
    return new FrameStream(frame);
  }

  @Override
  public Frame parse(InputStream stream) {
    throw new IllegalStateException("a server does not receive responses");
  }

  private static final class FrameStream extends InputStream implements KnownLength, Drainable {
    private final Frame frame;
    private boolean drained;

    FrameStream(Frame frame) {
      this.frame = frame;
    }

    @Override
    public int available() {
      return drained ? 0 : frame.length();
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      drained = true;
      frame.writeTo(target);
      return frame.length();
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      return read();
    }

    @Override
    public int read() {
      throw new IllegalStateException("frames are drained, not read");
    }
  }
}
