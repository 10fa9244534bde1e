package dev.parley.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.measure.Work;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Against a broker that knows as much of the protocol as is used.
final class NatsLoadTest {
  private record Subscription(PrintWriter to, String id) {}

  private final Map<String, List<Subscription>> subscriptions = new ConcurrentHashMap<>();
  private ServerSocket broker;

  @BeforeEach
  void start() throws IOException {
    broker = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  @AfterEach
  void stop() throws IOException {
    broker.close();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = broker.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException _) {
      // stopped
    }
  }

  private void serve(Socket socket) {
    try (socket;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      PrintWriter out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.US_ASCII);
      say(out, "INFO {}\r\nPING\r\n");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ", -1);
        if (line.equals("PING")) {
          say(out, "PONG\r\n");
        } else if (words[0].equals("SUB")) {
          subscriptions
              .computeIfAbsent(words[1], _ -> new CopyOnWriteArrayList<>())
              .add(new Subscription(out, words[2]));
        } else if (words[0].equals("PUB")) {
          String text = in.readLine();
          for (Subscription to : subscriptions.getOrDefault(words[1], List.of())) {
            say(to.to, "MSG %s %s %s\r\n%s\r\n".formatted(words[1], to.id, words[2], text));
          }
        }
      }
    } catch (IOException _) {
      // the client has gone
    }
  }

  private static void say(PrintWriter to, String words) {
    synchronized (to) {
      to.print(words);
      to.flush();
    }
  }

  private long delivered(Work work, double seconds) throws IOException {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), broker.getLocalPort());
    try (NatsLoad load = NatsLoad.connect(address, work)) {
      load.run(seconds);
      return load.delivered();
    }
  }

  @Test
  void theWindowIsRefilledAsMessagesArrive() throws IOException {
    // 4 connections of 2 streams in 2 rooms: 4 members each; far more than one window of messages
    Work work = new Work(4, 2, 2, 100, 20, 0, 3, 1);
    assertThat(delivered(work, 0.5)).isGreaterThan(2 * 4 * 3);
  }

  @Test
  void noMoreThanTheRateIsPublished() throws IOException {
    Work work = new Work(4, 2, 2, 100, 20, 400, 3, 1);
    assertThat(delivered(work, 0.5)).isBetween(4L, 220L);
  }
}
