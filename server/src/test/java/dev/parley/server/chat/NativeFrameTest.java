package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.chat.v1.ErrorEvent;
import dev.parley.chat.v1.Join;
import dev.parley.core.error.Reason;
import dev.parley.server.Inbox;
import dev.parley.server.RawBytes;
import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Frames that are no requests, or too many bytes of one.
class NativeFrameTest {
  private static final int MAX_FRAME = 70_000;

  @RegisterExtension
  private final ServerExtension server =
      new ServerExtension().with(Setting.MAX_FRAME_BYTES, Integer.toString(MAX_FRAME));

  private static final MethodDescriptor<byte[], ChatEvent> CHAT =
      MethodDescriptor.<byte[], ChatEvent>newBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName(ChatServiceGrpc.getChatMethod().getFullMethodName())
          .setRequestMarshaller(RawBytes.MARSHALLER)
          .setResponseMarshaller(ChatServiceGrpc.getChatMethod().getResponseMarshaller())
          .build();

  private Inbox<byte[], ChatEvent, ChatEvent> open(CallOptions options) {
    Inbox<byte[], ChatEvent, ChatEvent> inbox =
        Inbox.of(event -> event.getBatchCount() > 0 ? event.getBatchList() : List.of(event));
    var unused = ClientCalls.asyncBidiStreamingCall(server.connect().newCall(CHAT, options), inbox);
    return inbox;
  }

  private Inbox<byte[], ChatEvent, ChatEvent> welcomed(CallOptions options) {
    Inbox<byte[], ChatEvent, ChatEvent> inbox = open(options);
    send(inbox, NativeStream.hello("alice"));
    inbox.await(ChatEvent::hasWelcome);
    send(inbox, NativeStream.request("j").setJoin(Join.getDefaultInstance()));
    inbox.await(ChatEvent::hasCaughtUp);
    return inbox;
  }

  private static void send(Inbox<byte[], ?, ?> inbox, ChatRequest.Builder request) {
    inbox.call().onNext(request.build().toByteArray());
  }

  private static ErrorEvent error(Inbox<byte[], ChatEvent, ChatEvent> inbox) {
    return inbox.await(ChatEvent::hasError).getError();
  }

  private static void livesOn(Inbox<byte[], ChatEvent, ChatEvent> inbox, String id) {
    send(inbox, NativeStream.text(id, "still here"));
    inbox.await(event -> event.getAck().getMessageId().equals(id));
  }

  @Test
  void bytesThatAreNoRequestAreRefusedOnTheStream() {
    Inbox<byte[], ChatEvent, ChatEvent> alice = welcomed(CallOptions.DEFAULT);
    byte[] cut = NativeStream.text("m", "hello").build().toByteArray();
    cut[cut.length - 6] = 100; // longer than what follows
    for (byte[] bytes : List.of(new byte[] {(byte) 0xff}, new byte[] {0x0a, 0x7f, 1}, cut)) {
      alice.call().onNext(bytes);
      assertThat(error(alice).getReason()).isEqualTo("INVALID_REQUEST");
    }
    livesOn(alice, "m1");
  }

  @Test
  void textThatIsNoUtf8IsRefusedOnTheStream() {
    Inbox<byte[], ChatEvent, ChatEvent> alice = welcomed(CallOptions.DEFAULT);
    String latin =
        new String(
                NativeStream.text("m", "hello").build().toByteArray(), StandardCharsets.ISO_8859_1)
            .replace("hello", "h\u00e4\u00ff\u00c0o");
    alice.call().onNext(latin.getBytes(StandardCharsets.ISO_8859_1));
    assertThat(error(alice).getReason()).isEqualTo("INVALID_REQUEST");
    livesOn(alice, "m1");
  }

  @Test
  void randomBytesNeverEndAStream() {
    Inbox<byte[], ChatEvent, ChatEvent> alice = welcomed(CallOptions.DEFAULT);
    Random random = new Random(42);
    for (int i = 0; i < 300; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      if (isRequest(bytes)) {
        continue;
      }
      alice.call().onNext(bytes);
      assertThat(error(alice).getReason()).isEqualTo("INVALID_REQUEST");
    }
    livesOn(alice, "m1");
  }

  private static boolean isRequest(byte[] bytes) {
    try {
      var unused = ChatRequest.parseFrom(bytes);
      return true;
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  @Test
  void anEmptyFrameIsARequestWithoutAnything() {
    Inbox<byte[], ChatEvent, ChatEvent> alice = welcomed(CallOptions.DEFAULT);
    alice.call().onNext(new byte[0]);
    assertThat(error(alice).getReason()).isEqualTo("INVALID_REQUEST");
    livesOn(alice, "m1");
  }

  @Test
  void fieldsOfALaterProtocolAreIgnored() {
    Inbox<byte[], ChatEvent, ChatEvent> alice = welcomed(CallOptions.DEFAULT);
    byte[] known = NativeStream.text("m1", "hello").build().toByteArray();
    byte[] later = java.util.Arrays.copyOf(known, known.length + 3);
    later[known.length] = (byte) 0xf8; // field 1023, a number
    later[known.length + 1] = 0x3f;
    later[known.length + 2] = 1;
    alice.call().onNext(later);
    alice.await(event -> event.getAck().getMessageId().equals("m1"));
  }

  @Test
  void bytesThatAreNoRequestAsFirstFrameEndTheStream() {
    Inbox<byte[], ChatEvent, ChatEvent> inbox = open(CallOptions.DEFAULT);
    inbox.call().onNext(new byte[] {(byte) 0xff});
    assertThat(NativeCalls.reason(inbox.end())).isEqualTo(Reason.INVALID_REQUEST);
  }

  @Test
  void aFrameAboveTheLimitIsRefusedOnTheStream() {
    Inbox<byte[], ChatEvent, ChatEvent> alice = welcomed(CallOptions.DEFAULT);
    alice.call().onNext(new byte[MAX_FRAME + 1]);
    assertThat(error(alice).getReason()).isEqualTo("TOO_LARGE");
    alice.call().onNext(new byte[MAX_FRAME]); // which is not too large, but no request
    assertThat(error(alice).getReason()).isEqualTo("INVALID_REQUEST");
    livesOn(alice, "m1");
  }

  @Test
  void aSmallFrameThatUnpacksAboveTheLimitIsRefusedOnTheStream() {
    Inbox<byte[], ChatEvent, ChatEvent> alice =
        welcomed(CallOptions.DEFAULT.withCompression("gzip"));
    alice.call().onNext(new byte[64 << 20]);
    assertThat(error(alice).getReason()).isEqualTo("TOO_LARGE");
    livesOn(alice, "m1");
  }

  @Test
  void aFrameFarAboveTheLimitEndsItsStreamAndNoOther() {
    NativeStream bob = NativeStream.joined(server.connect(), "bob");
    Inbox<byte[], ChatEvent, ChatEvent> alice = welcomed(CallOptions.DEFAULT);
    livesOn(alice, "m1");
    alice.call().onNext(new byte[2 * MAX_FRAME + 1]);
    assertThat(alice.end().getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
    bob.said("m2", "still here");
    assertThat(bob.all(EventCase.ERROR)).isEmpty();
  }
}
