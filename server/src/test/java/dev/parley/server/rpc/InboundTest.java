package dev.parley.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import dev.parley.core.error.Refusal;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class InboundTest {
  private static final int MAX_BYTES = 100;

  /// A frame as gRPC gives it. Fails if it is read into more memory than it needs.
  private static final class Frame extends ByteArrayInputStream implements KnownLength {
    Frame(byte[] bytes) {
      super(bytes);
    }

    @Override
    public synchronized int read(byte[] into, int offset, int length) {
      assertThat(into.length).isLessThanOrEqualTo(count);
      return super.read(into, offset, length);
    }
  }

  private static Inbound<StringValue> read(InputStream stream) {
    return Inbound.marshaller(StringValue.parser(), MAX_BYTES).parse(stream);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = StringValue.of("x".repeat(Math.max(0, length - 2))).toByteArray();
    assertThat(bytes).hasSize(length);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 50, MAX_BYTES})
  void aFrameIsReadWhetherItsLengthIsKnownOrNot(int length) throws Exception {
    StringValue message = StringValue.parseFrom(bytes(length));
    assertThat(read(new Frame(bytes(length))).message()).isEqualTo(message);
    assertThat(read(new ByteArrayInputStream(bytes(length))).message()).isEqualTo(message);
  }

  @Test
  void anEmptyFrameIsAMessage() {
    assertThat(read(new Frame(new byte[0])).message()).isEqualTo(StringValue.getDefaultInstance());
  }

  @Test
  void tooLargeAFrameIsNotReadToItsEnd() throws Exception {
    for (InputStream frame :
        new InputStream[] {
          new Frame(bytes(MAX_BYTES + 2)), new ByteArrayInputStream(bytes(MAX_BYTES + 2))
        }) {
      Inbound<StringValue> inbound = read(frame);
      assertThat(inbound.message()).isNull();
      assertThat(frame.available()).as("what is not read").isPositive();
      assertThat(inbound.problem())
          .isNotNull()
          .extracting(Refusal::message)
          .asString()
          .contains("expected: at most that");
    }
  }
}
