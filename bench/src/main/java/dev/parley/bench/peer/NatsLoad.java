package dev.parley.bench.peer;

import dev.parley.bench.measure.Cost;
import dev.parley.bench.measure.Work;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;

/// Clients of a server that speaks the plain text protocol of NATS: one connection publishes to all
/// rooms, the others subscribe. One thread reads for all of them; whoever calls [#run] publishes.
final class NatsLoad implements AutoCloseable {
  private static final int READ_BYTES = 256 << 10;
  private static final int START_SECONDS = 20;
  private static final long NAP_NANOS = 20_000;
  private static final double WARMUP_SECONDS = 1;
  private static final double NANOS = 1e9;
  private static final String HELLO = "CONNECT {\"verbose\":false,\"pedantic\":false}\r\n";

  private final Work work;
  private final Selector selector;
  private final SocketChannel publisher;
  private final List<SocketChannel> subscribers = new ArrayList<>();
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLongArray deliveredInRoom;
  private final long[] published;
  private final int[] members;
  private final Semaphore subscribed = new Semaphore(0);
  private volatile boolean closed;

  /// Has a server do the work.
  ///
  /// @param cpuSeconds what the server has used until now
  static Cost measure(String what, InetSocketAddress server, DoubleSupplier cpuSeconds, Work work)
      throws IOException {
    try (NatsLoad load = connect(server, work)) {
      load.run(WARMUP_SECONDS);
      double before = cpuSeconds.getAsDouble();
      long delivered = load.delivered();
      long began = System.nanoTime();
      load.run(work.seconds());
      return new Cost(
          what,
          load.delivered() - delivered,
          (System.nanoTime() - began) / NANOS,
          cpuSeconds.getAsDouble() - before);
    }
  }

  /// All subscriptions' numbers are less than this.
  static int subscriptionIds(Work work) {
    return work.streamsPerConnection() * work.rooms();
  }

  private NatsLoad(Work work, Selector selector, SocketChannel publisher) {
    this.work = work;
    this.selector = selector;
    this.publisher = publisher;
    deliveredInRoom = new AtomicLongArray(work.rooms());
    published = new long[work.rooms()];
    members = new int[work.rooms()];
  }

  /// Connects everybody and subscribes.
  static NatsLoad connect(InetSocketAddress server, Work work) throws IOException {
    NatsLoad load = new NatsLoad(work, Selector.open(), SocketChannel.open(server));
    try {
      load.say(load.publisher, HELLO);
      load.listen(load.publisher);
      for (int i = 0; i < work.connections(); i++) {
        load.subscribe(SocketChannel.open(server), i);
      }
      Thread.ofPlatform().name("peer-reader").daemon().start(load::read);
      load.awaitSubscriptions();
      return load;
    } catch (IOException e) {
      load.close();
      throw e;
    }
  }

  private void awaitSubscriptions() throws IOException {
    try {
      if (!subscribed.tryAcquire(work.connections(), START_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("the subscriptions were not confirmed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void subscribe(SocketChannel socket, int number) throws IOException {
    subscribers.add(socket);
    StringBuilder words = new StringBuilder(HELLO);
    for (int i = 0; i < work.streamsPerConnection(); i++) {
      int room = (number * work.streamsPerConnection() + i) % work.rooms();
      int subscription = i * work.rooms() + room;
      words.append("SUB room.%d %d\r\n".formatted(room, subscription));
      members[room]++;
    }
    // Its answer comes when the subscriptions are in place.
    say(socket, words.append("PING\r\n").toString());
    listen(socket);
  }

  private void say(SocketChannel socket, String words) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(words.getBytes(StandardCharsets.US_ASCII));
    while (bytes.hasRemaining()) {
      if (socket.write(bytes) == 0) {
        LockSupport.parkNanos(NAP_NANOS);
      }
    }
  }

  private void listen(SocketChannel socket) throws IOException {
    socket.configureBlocking(false);
    socket.register(
        selector,
        SelectionKey.OP_READ,
        new NatsReader(
            subscription -> {
              deliveredInRoom.incrementAndGet(subscription % work.rooms());
              delivered.incrementAndGet();
            },
            () -> say(socket, "PONG\r\n"),
            subscribed::release));
  }

  /// Messages that have reached a subscriber so far.
  long delivered() {
    return delivered.get();
  }

  /// Publishes for a time: at the rate, or with the window that the work says.
  void run(double seconds) throws IOException {
    String text = "x".repeat(work.textBytes());
    long began = System.nanoTime();
    long sent = 0;
    while (System.nanoTime() - began < seconds * NANOS) {
      boolean any = false;
      for (int room = 0; room < work.rooms(); room++) {
        if (mayPublish(room, sent, began)) {
          say(publisher, "PUB room.%d %d\r\n%s\r\n".formatted(room, text.length(), text));
          published[room]++;
          sent++;
          any = true;
        }
      }
      if (!any) {
        LockSupport.parkNanos(NAP_NANOS);
      }
    }
  }

  private boolean mayPublish(int room, long sent, long began) {
    if (work.deliveriesPerSecond() > 0) {
      double streams = (double) work.connections() * work.streamsPerConnection();
      double perSecond = work.deliveriesPerSecond() * work.rooms() / streams;
      return sent < (System.nanoTime() - began) / NANOS * perSecond;
    }
    return members[room] > 0
        && published[room] - deliveredInRoom.get(room) / members[room] < work.inFlight();
  }

  private void read() {
    ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
    try {
      while (!closed) {
        var _ = selector.select(key -> read(key, buffer));
      }
    } catch (IOException | ClosedSelectorException _) {
      // closed
    }
  }

  private static void read(SelectionKey key, ByteBuffer buffer) {
    try {
      buffer.clear();
      if (((SocketChannel) key.channel()).read(buffer) < 0) {
        key.channel().close();
        return;
      }
      ((NatsReader) key.attachment()).read(buffer.flip());
    } catch (IOException e) {
      key.cancel();
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    publisher.close();
    for (SocketChannel socket : subscribers) {
      socket.close();
    }
    selector.close();
  }
}
