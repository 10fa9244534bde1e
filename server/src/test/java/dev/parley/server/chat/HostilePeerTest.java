package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.server.ServerExtension;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Peers that vanish, or speak something else: the server goes on serving.
@Timeout(60)
class HostilePeerTest {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};

  @RegisterExtension private final ServerExtension server = new ServerExtension();

  private final List<Socket> sockets = new ArrayList<>();
  private NativeStream alice;
  private NativeStream bob;

  @BeforeEach
  void enter() {
    alice = NativeStream.joined(server.connect(), "alice");
    bob = NativeStream.joined(server.connect(), "bob");
  }

  @AfterEach
  void everyoneElseIsServedAsBefore() throws IOException {
    long said = alice.said("fence", "fence").getSequence();
    bob.find(event -> event.getSequence() == said);
    NativeStream.joined(server.connect(), "newcomer").said("new", "hello");
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private Socket socket(byte[]... sent) throws IOException {
    Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
    sockets.add(socket);
    try {
      for (byte[] bytes : sent) {
        socket.getOutputStream().write(bytes);
      }
      socket.getOutputStream().flush();
    } catch (IOException e) {
      // the server has hung up on it already, as it may
    }
    return socket;
  }

  @Test
  void randomBytes() throws IOException {
    Random random = new Random(7);
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[random.nextInt(5_000)];
      random.nextBytes(bytes);
      socket(bytes);
    }
  }

  @Test
  void anotherProtocol() throws IOException {
    Socket http = socket("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    assertThat(new String(http.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
        .startsWith("HTTP/1.1 400 Bad Request\r\n")
        .contains("\r\n\r\n{\"error\":{\"message\":\"this port speaks gRPC; ");
    socket(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3}); // TLS
  }

  @Test
  void whoIsTurnedAwayAndStillSendsIsNotReset() throws Exception {
    Socket http = socket("PUT / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    http.getInputStream().readAllBytes();
    for (int i = 0; i < 3; i++) {
      http.getOutputStream().write(1); // fails after a reset
      Thread.sleep(50);
    }
  }

  @Test
  void halfAPrefaceAndConnectionsThatSayNothing() throws IOException {
    for (int i = 0; i < 100; i++) {
      socket();
      socket(java.util.Arrays.copyOf(PREFACE, i % PREFACE.length));
    }
  }

  @Test
  void whoWaitsForTheServerToSpeakFirstIsNotKeptWaiting() throws IOException {
    byte[] settings = socket().getInputStream().readNBytes(SETTINGS.length);
    assertThat(settings[3]).as("the kind of the first frame").isEqualTo(SETTINGS[3]);
  }

  @Test
  void randomFramesAfterTheRightBeginning() throws IOException {
    Random random = new Random(8);
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[random.nextInt(2_000)];
      random.nextBytes(bytes);
      if (bytes.length > 4) {
        bytes[0] = 0; // a length that is in range
        bytes[1] = 0;
        bytes[3] = (byte) random.nextInt(10); // a kind of frame that there is
      }
      socket(PREFACE, SETTINGS, bytes);
    }
  }

  @Test
  void connectionsThatAreReset() throws IOException {
    for (int i = 0; i < 50; i++) {
      Socket socket = socket(PREFACE, SETTINGS);
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }

  @Test
  void aClientThatVanishesInMidSend() {
    for (int round = 0; round < 5; round++) {
      ManagedChannel channel = server.connect();
      NativeStream carol = NativeStream.joined(channel, "carol");
      for (int i = 0; i < 200; i++) {
        carol.send(NativeStream.text("c" + round + "-" + i, "text"));
      }
      carol.find(ChatEvent::hasAck);
      channel.shutdownNow();
      carol.inbox().end();
      List<String> acknowledged =
          carol.all(EventCase.ACK).stream().map(event -> event.getAck().getMessageId()).toList();
      assertThat(NativeCalls.by("bob", server.connect()).history("general"))
          .extracting(ChatMessage::getId)
          .containsAll(acknowledged)
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void streamsThatAreOpenedAndCancelledAtOnce() {
    ManagedChannel channel = server.connect();
    for (int i = 0; i < 1_000; i++) {
      NativeStream stream = NativeStream.silent(channel);
      stream.send(NativeStream.resume("flood", 0, 0));
      stream.cancel();
    }
  }
}
