package dev.parley.bench.load;

import dev.parley.bench.measure.Counts;
import dev.parley.bench.measure.Latencies;
import dev.parley.bench.wire.EventReader;
import dev.parley.bench.wire.Frame;
import dev.parley.bench.wire.Sockets;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// One event loop with everything that lives on its thread: connections, streams, the frame that is
/// being read, and what was measured. Clients of different lanes share nothing but counters.
final class Lane implements AutoCloseable {
  private static final int MAX_FRAME_BYTES = 64 << 20;

  private static final int MAX_WINDOW_BYTES = 64 << 20;

  /// What those who read all the time have under way, at least.
  private static final int WINDOW_BYTES = 1 << 20;

  /// What those who do not have, and a stream's part of what a connection has.
  static final int SMALL_WINDOW_BYTES = 64 << 10;

  /// Beyond so many senders on a lane, several share a connection: a process has only so many.
  static final int MAX_SENDER_CONNECTIONS = 100;

  final Counts counts;
  final Latencies latencies = new Latencies();
  final MethodDescriptor<byte[], Frame> chat;
  final EventReader reader = new EventReader();

  /// When the frame came that is being read, in nanoseconds of [System#nanoTime].
  long frameNanos;

  private final MultiThreadIoEventLoopGroup group;
  private final EventLoop loop;
  private final List<ManagedChannel> senderConnections = new ArrayList<>();
  private int senders;

  Lane(Protocol protocol, Counts counts) {
    this.counts = counts;
    chat = new Frame().chat(protocol.service());
    group = Sockets.eventLoop();
    loop = group.next();
  }

  /// What those who read all the time have under way. A connection has one window for all of its
  /// streams; where it is full, a server sends to each in small pieces, and both work for that.
  static int windowBytes(int streams) {
    return Math.clamp((long) streams * SMALL_WINDOW_BYTES, WINDOW_BYTES, MAX_WINDOW_BYTES);
  }

  /// A new connection, made when the first stream is opened on it. All callbacks are on the lane.
  ///
  /// @param windowBytes bytes that may be under way on it, and to each of its streams, that these
  ///     have not asked for
  ManagedChannel connect(InetSocketAddress server, int windowBytes) {
    return NettyChannelBuilder.forAddress(server)
        .usePlaintext()
        .eventLoopGroup(group)
        .channelType(Sockets.type())
        .directExecutor()
        .flowControlWindow(windowBytes)
        .maxInboundMessageSize(MAX_FRAME_BYTES)
        .build();
  }

  /// The connection for one more sender, perhaps with others on it.
  ManagedChannel connectSender(InetSocketAddress server) {
    int number = senders++ % MAX_SENDER_CONNECTIONS;
    if (number == senderConnections.size()) {
      senderConnections.add(connect(server, windowBytes(1)));
    }
    return senderConnections.get(number);
  }

  /// Runs something on the lane: now if this is its thread.
  void execute(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  /// Runs something on the lane later.
  void after(long delayNanos, Runnable task) {
    if (!loop.isShuttingDown()) {
      var _ = loop.schedule(task, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
    }
  }

  /// Runs something on the lane and waits for its result. Not on a lane.
  <T> T call(Supplier<T> question) {
    return CompletableFuture.supplyAsync(question, loop).join();
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
