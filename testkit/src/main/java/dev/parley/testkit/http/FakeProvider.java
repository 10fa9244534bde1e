package dev.parley.testkit.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/// A provider on a socket that does what scripts say, one script for each request; the last one for
/// all that follow. Its journal is guarded by `this`.
public final class FakeProvider implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(50);

  /// What to do with a request.
  public interface Script {
    /// Answers it, as the protocol has it or otherwise.
    void play(Exchange exchange) throws IOException, InterruptedException;
  }

  /// A request.
  ///
  /// @param connection on which it came, from 1
  /// @param headers names in lower case
  public record Request(
      int connection, String method, String target, Map<String, String> headers, String body) {}

  private final ServerSocket server;
  private final Deque<Script> scripts;
  private final List<Request> requests = new ArrayList<>();
  private final List<Socket> sockets = new ArrayList<>();
  private int closed;
  private final AtomicLong written = new AtomicLong();

  /// @param scripts at least one
  /// @throws UncheckedIOException if it cannot listen, so that it can be a field of a test
  public FakeProvider(Script... scripts) {
    this.scripts = new ArrayDeque<>(List.of(scripts));
    try {
      server = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.startVirtualThread(this::accept);
  }

  /// Where it listens: a base URL.
  public String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /// All requests so far.
  public synchronized List<Request> requests() {
    return List.copyOf(requests);
  }

  /// Bytes of streams that the clients' sockets have taken.
  public long written() {
    return written.get();
  }

  /// How many connections there have been.
  public synchronized int opened() {
    return sockets.size();
  }

  /// How many connections the client has closed.
  public synchronized int closed() {
    return closed;
  }

  /// Waits until so many connections have been closed by the client.
  public void awaitClosed(int count) throws InterruptedException {
    await(() -> closed >= count, count + " closed connections");
  }

  /// Waits until each connection on which a request came has been closed by the client.
  public void awaitAllClosed() throws InterruptedException {
    await(() -> closed >= requests.size(), "all connections closed");
  }

  /// Waits until so many requests have come.
  public void awaitRequests(int count) throws InterruptedException {
    await(() -> requests.size() >= count, count + " requests");
  }

  private synchronized void await(BooleanSupplier condition, String what)
      throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(
            "not seen: %s; %d requests, %d closed".formatted(what, requests.size(), closed));
      }
      wait(left);
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        int number;
        synchronized (this) {
          sockets.add(socket);
          number = sockets.size();
        }
        Thread.startVirtualThread(() -> serve(socket, number));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket, int number) {
    boolean byClient = true;
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (true) {
        Request request = read(in, number);
        Script script;
        synchronized (this) {
          requests.add(request);
          script = scripts.size() > 1 ? scripts.removeFirst() : scripts.getFirst();
          notifyAll();
        }
        Exchange exchange = new Exchange(request, socket, in);
        script.play(exchange);
        if (exchange.cut) {
          byClient = false;
          return;
        }
      }
    } catch (IOException e) {
      // The client closed it.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      synchronized (this) {
        closed += byClient ? 1 : 0;
        notifyAll();
      }
    }
  }

  private static Request read(InputStream in, int connection) throws IOException {
    String[] first = line(in).split(" ", 3);
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Request(
        connection, first[0], first[1], headers, new String(in.readNBytes(length), UTF_8));
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("closed");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    server.close();
    synchronized (this) {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /// One request and the answer to it.
  public final class Exchange {
    private final Request request;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private boolean cut;

    private Exchange(Request request, Socket socket, InputStream in) throws IOException {
      this.request = request;
      this.socket = socket;
      this.in = in;
      out = socket.getOutputStream();
      socket.setTcpNoDelay(true);
    }

    /// What is answered.
    public Request request() {
      return request;
    }

    /// Begins a stream.
    public void stream() throws IOException {
      String head = "content-type: text/event-stream\r\ntransfer-encoding: chunked";
      raw("HTTP/1.1 200 OK\r\n%s\r\n\r\n".formatted(head));
    }

    /// A chunk of the stream.
    public void chunk(String text) throws IOException {
      chunk(text.getBytes(UTF_8));
    }

    /// As [#chunk(String)].
    public void chunk(byte[] bytes) throws IOException {
      byte[] head = (Integer.toHexString(bytes.length) + "\r\n").getBytes(ISO_8859_1);
      byte[] all = new byte[head.length + bytes.length + 2];
      System.arraycopy(head, 0, all, 0, head.length);
      System.arraycopy(bytes, 0, all, head.length, bytes.length);
      all[all.length - 2] = '\r';
      all[all.length - 1] = '\n';
      out.write(all);
      written.addAndGet(all.length);
    }

    /// A chunk that is one event.
    public void data(String json) throws IOException {
      chunk("data: " + json + "\n\n");
    }

    /// The end of the stream.
    public void end() throws IOException {
      raw("0\r\n\r\n");
    }

    /// A whole answer.
    ///
    /// @param headers each as `name: value`
    public void answer(int status, String body, String... headers) throws IOException {
      StringBuilder head = new StringBuilder("HTTP/1.1 %d Text\r\n".formatted(status));
      for (String header : headers) {
        head.append(header).append("\r\n");
      }
      head.append("content-length: %d\r\n\r\n".formatted(body.getBytes(UTF_8).length));
      raw(head + body);
    }

    /// Bytes that follow no rule.
    public void raw(String text) throws IOException {
      out.write(text.getBytes(UTF_8));
    }

    /// Closes the connection without more ado.
    public void cut() throws IOException {
      cut = true;
      socket.close();
    }

    /// Says nothing more until the client closes the connection.
    public void stall() throws IOException {
      while (in.read() >= 0) {
        // Nothing is expected.
      }
      throw new IOException("closed");
    }
  }
}
