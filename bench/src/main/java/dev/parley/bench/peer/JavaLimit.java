package dev.parley.bench.peer;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The same as `limit.c`, for machines without a C compiler: one thread, whose processor time is
/// the server's.
final class JavaLimit implements AutoCloseable {
  private static final int READ_BYTES = 256 << 10;
  private static final int MAX_COPIES = 64;
  private static final int MAX_COPIES_BYTES = 256 << 10;
  private static final int MIN_FRAME_BYTES = 64;
  private static final String LINE_END = "\r\n";
  private static final double NANOS = 1e9;

  private final int frameBytes;
  private final int copies;
  private final Selector selector;
  private final ServerSocketChannel listener;
  private final Thread thread;
  private final List<Peer> peers = new ArrayList<>();

  /// By subscription: copies of its frame, one after the other.
  private final Map<Subscription, ByteBuffer> frames = new HashMap<>();

  private record Subscription(String room, String id) {}

  private static final class Peer {
    final SocketChannel socket;
    final List<Subscription> subscriptions = new ArrayList<>();
    final ByteBuffer in = ByteBuffer.allocate(READ_BYTES);

    Peer(SocketChannel socket) {
      this.socket = socket;
    }
  }

  private JavaLimit(int frameBytes, Selector selector, ServerSocketChannel listener) {
    this.frameBytes = Math.max(MIN_FRAME_BYTES, frameBytes);
    copies = Math.clamp(MAX_COPIES_BYTES / this.frameBytes, 1, MAX_COPIES);
    this.selector = selector;
    this.listener = listener;
    thread = Thread.ofPlatform().name("limit").daemon().unstarted(this::run);
  }

  static JavaLimit start(int frameBytes) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    listener.configureBlocking(false);
    Selector selector = Selector.open();
    listener.register(selector, SelectionKey.OP_ACCEPT);
    JavaLimit limit = new JavaLimit(frameBytes, selector, listener);
    limit.thread.start();
    return limit;
  }

  InetSocketAddress address() {
    return new InetSocketAddress(
        InetAddress.getLoopbackAddress(), listener.socket().getLocalPort());
  }

  double cpuSeconds() {
    return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.threadId()) / NANOS;
  }

  private void run() {
    try {
      while (selector.isOpen()) {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          if (key.isAcceptable()) {
            accept();
          } else {
            read(key);
          }
        }
        selector.selectedKeys().clear();
      }
    } catch (IOException | ClosedSelectorException _) {
      // closed
    }
  }

  private void accept() throws IOException {
    SocketChannel socket = listener.accept();
    if (socket != null) {
      Peer peer = new Peer(socket);
      peers.add(peer);
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      socket.configureBlocking(false);
      socket.register(selector, SelectionKey.OP_READ, peer);
    }
  }

  private void read(SelectionKey key) {
    Peer peer = (Peer) key.attachment();
    try {
      if (peer.socket.read(peer.in) < 0) {
        throw new IOException("it has gone");
      }
      take(peer);
    } catch (IOException e) {
      peers.remove(peer);
      key.cancel();
    }
  }

  /// Takes whole lines and messages, and leaves the rest for the next time.
  private void take(Peer peer) throws IOException {
    Map<String, Integer> arrived = new HashMap<>();
    ByteBuffer in = peer.in.flip();
    for (String line = line(in); line != null; line = line(in)) {
      String[] words = line.split(" ", -1);
      if (words[0].equals("PUB")) {
        int message = Integer.parseInt(words[2]) + LINE_END.length();
        if (in.remaining() < message) {
          in.position(in.position() - line.length() - LINE_END.length());
          break;
        }
        in.position(in.position() + message);
        arrived.merge(words[1], 1, Integer::sum);
      } else if (words[0].equals("SUB")) {
        Subscription subscription = new Subscription(words[1], words[2]);
        peer.subscriptions.add(subscription);
        frames.computeIfAbsent(subscription, this::frames);
      } else if (words[0].equals("PING")) {
        write(peer, ascii("PONG" + LINE_END));
      }
    }
    in.compact();
    if (!arrived.isEmpty()) {
      fanOut(arrived);
    }
  }

  private static @Nullable String line(ByteBuffer in) {
    for (int i = in.position(); i < in.limit(); i++) {
      if (in.get(i) == '\n') {
        byte[] line = new byte[i + 1 - in.position()];
        in.get(line);
        return new String(line, StandardCharsets.US_ASCII).strip();
      }
    }
    return null;
  }

  private void fanOut(Map<String, Integer> arrived) {
    for (Peer peer : List.copyOf(peers)) {
      List<ByteBuffer> bytes = new ArrayList<>();
      for (Subscription subscription : peer.subscriptions) {
        ByteBuffer ready = frames.get(subscription);
        int count = arrived.getOrDefault(subscription.room(), 0);
        for (int left = count; ready != null && left > 0; left -= copies) {
          bytes.add(ready.slice(0, Math.min(left, copies) * frameBytes));
        }
      }
      try {
        write(peer, bytes.toArray(ByteBuffer[]::new));
      } catch (IOException e) {
        peers.remove(peer);
      }
    }
  }

  private static void write(Peer peer, ByteBuffer... bytes) throws IOException {
    while (Arrays.stream(bytes).anyMatch(ByteBuffer::hasRemaining)) {
      var _ = peer.socket.write(bytes);
    }
  }

  private ByteBuffer frames(Subscription subscription) {
    int payload = frameBytes;
    String head;
    do {
      payload--;
      head = "MSG %s %s %d%s".formatted(subscription.room(), subscription.id(), payload, LINE_END);
    } while (payload > 0 && head.length() + payload + LINE_END.length() > frameBytes);
    byte[] frame = ascii(head + "x".repeat(payload) + LINE_END).array();
    ByteBuffer ready = ByteBuffer.allocateDirect(copies * frameBytes);
    for (int i = 0; i < copies; i++) {
      ready.put(i * frameBytes, frame, 0, Math.min(frame.length, frameBytes));
    }
    return ready;
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() throws IOException {
    selector.close();
    listener.close();
    for (Peer peer : List.copyOf(peers)) {
      peer.socket.close();
    }
  }
}
