package dev.parley.server.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A frame that a client sent: a message, or bytes that are none, or too many. So that one such
/// frame is refused in-band, where gRPC would end the stream.
///
/// @param message what was sent; null if it cannot be taken
/// @param problem why it cannot be taken; null if it can
public record Inbound<T>(@Nullable T message, @Nullable Refusal problem) {
  /// Reads frames of a type.
  ///
  /// @param maxBytes largest frame taken; of a larger one, packed ones included, no more is read
  public static <T extends MessageLite> MethodDescriptor.Marshaller<Inbound<T>> marshaller(
      Parser<T> parser, int maxBytes) {
    return new MethodDescriptor.Marshaller<>() {
      @Override
      public InputStream stream(Inbound<T> value) {
        throw new IllegalStateException("a server does not send requests");
      }

      @Override
      public Inbound<T> parse(InputStream stream) {
        try {
          // read first: a broken stream is an error of the call, not of the message
          if (stream instanceof KnownLength) {
            return stream.available() > maxBytes ? tooLarge() : parsed(known(stream));
          }
          byte[] bytes = stream.readNBytes(maxBytes + 1); // packed
          return bytes.length > maxBytes ? tooLarge() : parsed(bytes);
        } catch (IOException e) {
          return malformed(e);
        }
      }

      /// Into just the memory that it takes. Who does not know how much there is begins with
      /// 16 KiB for each frame.
      private byte[] known(InputStream stream) throws IOException {
        byte[] bytes = new byte[stream.available()];
        int read = stream.readNBytes(bytes, 0, bytes.length);
        return read == bytes.length ? bytes : Arrays.copyOf(bytes, read);
      }

      private Inbound<T> parsed(byte[] bytes) {
        try {
          return new Inbound<>(parser.parseFrom(bytes), null);
        } catch (InvalidProtocolBufferException e) {
          return malformed(e);
        }
      }

      private Inbound<T> malformed(IOException e) {
        return new Inbound<>(
            null, Reason.INVALID_REQUEST.because("the frame is no request: " + e.getMessage()));
      }

      private Inbound<T> tooLarge() {
        return new Inbound<>(
            null,
            Reason.TOO_LARGE.because(
                "frame: more than %d bytes (expected: at most that)".formatted(maxBytes)));
      }
    };
  }
}
