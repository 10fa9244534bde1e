package dev.parley.models.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Turn;
import dev.parley.models.dialect.OpenAiDialect;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/// A provider that takes no more connections: the system neither accepts nor refuses them.
@Timeout(60)
class ConnectTimeoutTest {
  private static final int MANY = 64;
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration CONNECT = Duration.ofMillis(321);

  private final EventLoopGroup eventLoops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ConnectionProvider connections = ConnectionProvider.create("test", 10);
  private final List<Socket> waiting = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (Socket socket : waiting) {
      socket.close();
    }
    connections.dispose();
    var _ = eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  /// Connects until nobody can any more.
  private void fill(ServerSocket server) throws IOException {
    for (int i = 0; i < MANY; i++) {
      Socket socket = new Socket();
      waiting.add(socket);
      try {
        socket.connect(
            new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 1_000);
      } catch (SocketTimeoutException full) {
        return;
      }
    }
    throw new AssertionError("still not full after " + MANY);
  }

  @Test
  void aConnectionThatIsNotMadeInTimeIsToldAsThat() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fill(server);
      String url = "http://127.0.0.1:" + server.getLocalPort();
      Upstream upstream =
          new Upstream(
              new LocalClients(HttpClient.create(connections), eventLoops),
              new OpenAiDialect(OpenAiDialect.Flavour.COMPATIBLE),
              url,
              Secret.of("secret"),
              new Patience(CONNECT, LONG, LONG, LONG),
              new MemoryBudget(64 << 20));
      Prompt hello = Prompt.of("m", List.of(Turn.of(Role.USER, "hello")));
      ModelException failure = Listener.of(upstream.answer(hello)).failure();
      assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(failure)
          .hasMessageStartingWith(
              "no connection to " + url + ": connection timed out after 321 ms");
    }
  }
}
