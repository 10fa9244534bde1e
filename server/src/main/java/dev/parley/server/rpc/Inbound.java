package dev.parley.server.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// A frame that a client sent: a message, or bytes that are none. So that one malformed frame is
/// refused in-band, where the marshaller of gRPC would end the stream.
///
/// @param message what was sent; null if the bytes are no such message
/// @param problem what is wrong with the bytes; empty if nothing is
public record Inbound<T>(@Nullable T message, String problem) {
  /// Reads frames of a type.
  public static <T extends MessageLite> MethodDescriptor.Marshaller<Inbound<T>> marshaller(
      Parser<T> parser) {
    return new MethodDescriptor.Marshaller<>() {
      @Override
      public InputStream stream(Inbound<T> value) {
        throw new IllegalStateException("a server does not send requests");
      }

      @Override
      public Inbound<T> parse(InputStream stream) {
        try {
          // read first: a broken stream is an error of the call, not of the message
          byte[] bytes = stream.readAllBytes();
          return parsed(bytes);
        } catch (IOException e) {
          return new Inbound<>(null, String.valueOf(e.getMessage()));
        }
      }

      private Inbound<T> parsed(byte[] bytes) {
        try {
          return new Inbound<>(parser.parseFrom(bytes), "");
        } catch (InvalidProtocolBufferException e) {
          return new Inbound<>(null, String.valueOf(e.getMessage()));
        }
      }
    };
  }
}
