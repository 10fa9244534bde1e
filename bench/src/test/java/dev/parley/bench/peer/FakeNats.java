package dev.parley.bench.peer;

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

/// A broker that knows as much of the protocol of NATS as is used.
final class FakeNats implements AutoCloseable {
  private record Subscription(PrintWriter to, String id) {}

  private final Map<String, List<Subscription>> subscriptions = new ConcurrentHashMap<>();
  private final ServerSocket broker;

  FakeNats() throws IOException {
    broker = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), broker.getLocalPort());
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

  @Override
  public void close() throws IOException {
    broker.close();
  }
}
