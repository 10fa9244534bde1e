package dev.parley.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;

/// A network between clients and a server, that breaks: passes on what comes, in both ways, and
/// resets all connections at once when it is told to. Thread-safe.
final class CutNetwork implements AutoCloseable {
  private static final int PIECE_BYTES = 8_192;

  private final ServerSocket clients;
  private final int serverPort;
  private final Set<Socket> sockets = new HashSet<>();

  /// @param serverPort of the server on this machine
  CutNetwork(int serverPort) throws IOException {
    this.serverPort = serverPort;
    clients = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("network").start(this::accept);
  }

  /// Where clients reach the server.
  String address() {
    return "127.0.0.1:" + clients.getLocalPort();
  }

  private void accept() {
    while (!clients.isClosed()) {
      try {
        Socket client = clients.accept();
        connect(client);
      } catch (IOException e) {
        // closed, or there is no server now: who connects is let go
      }
    }
  }

  private void connect(Socket client) throws IOException {
    Socket server = new Socket();
    add(client);
    add(server);
    try {
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort));
    } catch (IOException e) {
      reset(client);
      throw e;
    }
    Thread.ofVirtual().start(() -> pass(client, server));
    Thread.ofVirtual().start(() -> pass(server, client));
  }

  private synchronized void add(Socket socket) {
    sockets.add(socket);
  }

  private void pass(Socket from, Socket to) {
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      byte[] piece = new byte[PIECE_BYTES];
      for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
        out.write(piece, 0, length);
      }
    } catch (IOException e) {
      reset(from);
      reset(to);
    } finally {
      synchronized (this) {
        sockets.remove(from);
      }
    }
  }

  /// Breaks all connections; what was on its way is lost.
  void cut() {
    Set<Socket> all;
    synchronized (this) {
      all = new HashSet<>(sockets);
    }
    all.forEach(CutNetwork::reset);
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // it is closed already
    }
  }

  @Override
  public void close() throws IOException {
    clients.close();
    cut();
  }
}
