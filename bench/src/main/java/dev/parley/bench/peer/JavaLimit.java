package dev.parley.bench.peer;

import dev.parley.bench.measure.Cost;
import dev.parley.bench.measure.Work;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// The same as `limit.c`, for machines without a C compiler: one thread writes, another reads and
/// throws away; only the writing one's processor time counts. Used once.
final class JavaLimit {
  private static final int READ_BYTES = 256 << 10;
  /// A socket that was closed leaves the selector at the next look.
  private static final int LOOK_MILLIS = 50;

  private static final double NANOS = 1e9;

  private final Work work;

  JavaLimit(Work work) {
    this.work = work;
  }

  /// Does the work, on this thread.
  Cost measure() throws IOException {
    List<SocketChannel> sockets = new ArrayList<>();
    try (ServerSocketChannel listener = ServerSocketChannel.open();
        Selector selector = Selector.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      for (int i = 0; i < work.connections(); i++) {
        SocketChannel reading = SocketChannel.open(listener.getLocalAddress());
        reading.configureBlocking(false);
        reading.register(selector, SelectionKey.OP_READ);
        SocketChannel writing = listener.accept();
        writing.setOption(StandardSocketOptions.TCP_NODELAY, true);
        sockets.add(writing);
      }
      Thread reader =
          Thread.ofPlatform().name("limit-reader").daemon().start(() -> readAll(selector));
      Cost cost = write(sockets);
      for (SocketChannel socket : sockets) {
        socket.close();
      }
      reader.join();
      return cost;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private Cost write(List<SocketChannel> sockets) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(work.eventsPerWrite() * work.eventBytes());
    long began = System.nanoTime();
    long cpuBefore = cpuNanos();
    long rounds = 0;
    while (System.nanoTime() - began < work.seconds() * NANOS) {
      if (work.writesPerSecond() > 0) {
        long due = began + (long) (rounds / work.writesPerSecond() * NANOS);
        while (due - System.nanoTime() > 0) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
      }
      for (SocketChannel socket : sockets) {
        bytes.clear();
        while (bytes.hasRemaining()) {
          var _ = socket.write(bytes);
        }
      }
      rounds++;
    }
    long deliveries = rounds * work.eventsPerWrite() * work.connections();
    return new Cost("sockets in Java", deliveries, (cpuNanos() - cpuBefore) / NANOS);
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static void readAll(Selector selector) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
    try {
      while (!selector.keys().isEmpty()) {
        var _ =
            selector.select(
                key -> {
                  try {
                    buffer.clear();
                    if (((SocketChannel) key.channel()).read(buffer) < 0) {
                      key.channel().close();
                    }
                  } catch (IOException e) {
                    key.cancel();
                  }
                },
                LOOK_MILLIS);
      }
    } catch (IOException e) {
      // the writer has gone
    }
  }
}
