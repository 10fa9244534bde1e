package dev.parley.bench.wire;

import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/// The frame that one thread reads: its bytes are valid until the next one comes, so that no frame
/// costs an array. Owned by that thread.
public final class Frame {
  private static final int INITIAL_BYTES = 256 << 10;

  private byte[] bytes = new byte[INITIAL_BYTES];
  private int length;

  /// The bytes, and beyond [#length] what earlier frames left.
  public byte[] bytes() {
    return bytes;
  }

  /// Length in bytes.
  public int length() {
    return length;
  }

  private Frame fill(InputStream stream) {
    length = 0;
    try {
      while (true) {
        int read = stream.read(bytes, length, bytes.length - length);
        if (read < 0) {
          return this;
        }
        length += read;
        if (length == bytes.length) {
          bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The method `Chat` of a service, with requests that are encoded already, and with this frame as
  /// every response.
  ///
  /// @param service full name of the service
  public MethodDescriptor<byte[], Frame> chat(String service) {
    return MethodDescriptor.<byte[], Frame>newBuilder()
        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(service, "Chat"))
        .setRequestMarshaller(new Requests())
        .setResponseMarshaller(new Responses())
        .build();
  }

  private static final class Requests implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] request) {
      return new ByteArrayInputStream(request);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new IllegalStateException("a client does not receive requests");
    }
  }

  private final class Responses implements MethodDescriptor.Marshaller<Frame> {
    @Override
    public InputStream stream(Frame frame) {
      throw new IllegalStateException("a client does not send responses");
    }

    @Override
    public Frame parse(InputStream stream) {
      return fill(stream);
    }
  }
}
