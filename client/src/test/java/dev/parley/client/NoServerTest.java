package dev.parley.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.model.v1.ChatRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Calls to what takes connections, and is no server.
@Timeout(60)
class NoServerTest {
  private static final ChatRequest QUESTION =
      ChatRequest.newBuilder().setRequestId("q").setModel("simulated").build();

  /// SETTINGS without any, and GOAWAY with HTTP_1_1_REQUIRED, as of an HTTP port.
  private static final byte[] GO_AWAY = goAway("no gRPC here");

  private static byte[] goAway(String words) {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    frames.writeBytes(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
    frames.writeBytes(new byte[] {0, 0, (byte) (8 + words.length()), 7, 0, 0, 0, 0, 0});
    frames.writeBytes(new byte[] {0, 0, 0, 0, 0, 0, 0, 0xd});
    frames.writeBytes(words.getBytes(US_ASCII));
    return frames.toByteArray();
  }

  /// Says something on each connection, and no more.
  private static final class Listener implements AutoCloseable {
    final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final ServerSocket socket;

    Listener(byte[] words) throws IOException {
      socket = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
      var _ = Thread.ofVirtual().start(() -> listen(words));
    }

    private void listen(byte[] words) {
      while (true) {
        try {
          Socket connection = socket.accept();
          connections.add(connection);
          connection.getOutputStream().write(words);
        } catch (IOException _) {
          if (socket.isClosed()) {
            return;
          }
        }
      }
    }

    ParleyClient client(Duration deadline) {
      return ParleyClient.builder("127.0.0.1:" + socket.getLocalPort())
          .user("me")
          .deadline(deadline)
          .build();
    }

    @Override
    public void close() throws IOException {
      socket.close();
      for (Socket connection : connections) {
        connection.close();
      }
    }
  }

  @Test
  void whatClosesEachConnectionIsTriedAFewTimesAndSaysWhy() throws Exception {
    try (Listener http = new Listener(GO_AWAY);
        ParleyClient client = http.client(Duration.ofSeconds(30))) {
      assertThatThrownBy(() -> client.rooms(false))
          .isInstanceOf(ParleyException.class)
          .hasMessageContaining("no gRPC here");
      // a connection that is closed before the call has got to it is no try, and gRPC makes 1,000
      assertThat(http.connections).hasSizeLessThan(10 * FewTries.MAX_TRIES);
      assertThatThrownBy(() -> client.ask(QUESTION).next())
          .isInstanceOf(ParleyException.class)
          .hasMessageContaining("no gRPC here");
    }
  }

  @Test
  void aQuestionIsNotAskedForeverOfWhatSaysNothing() throws Exception {
    try (Listener silent = new Listener(new byte[0]);
        ParleyClient client = silent.client(Duration.ofMillis(200))) {
      assertThatThrownBy(() -> client.ask(QUESTION).next())
          .isInstanceOfSatisfying(
              ParleyException.class, e -> assertThat(e.reason()).isEqualTo("CLIENT_NO_CONNECTION"));
    }
  }
}
