package dev.parley.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connections that are open. Those beyond a number are closed as they come, before anything is
/// read from them. Thread-safe.
@ChannelHandler.Sharable
final class Connections extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
  private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

  private final int max;
  private final AtomicInteger open = new AtomicInteger();
  private final Map<SocketAddress, Channel> byAddress = new ConcurrentHashMap<>();
  private long quietUntilNanos = System.nanoTime();

  /// @param max most connections at once
  Connections(int max) {
    this.max = max;
  }

  /// How many are open. Any thread.
  int count() {
    return open.get();
  }

  /// Makes server channels that keep to the limit.
  ///
  /// @param unlimited makes server channels
  ChannelFactory<ServerChannel> limiting(ChannelFactory<? extends ServerChannel> unlimited) {
    return () -> {
      ServerChannel channel = unlimited.newChannel();
      channel.pipeline().addLast(this); // ahead of what takes connections in
      return channel;
    };
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object accepted) {
    Channel connection = (Channel) accepted;
    if (open.incrementAndGet() > max) {
      open.decrementAndGet();
      connection.unsafe().closeForcibly();
      tell();
      return;
    }
    SocketAddress address = connection.remoteAddress();
    if (address != null) {
      byAddress.put(address, connection);
    }
    connection
        .closeFuture()
        .addListener(
            _ -> {
              open.decrementAndGet();
              if (address != null) {
                byAddress.remove(address, connection);
              }
            });
    context.fireChannelRead(connection);
  }

  /// Closes the connection of a peer, if it is open. At once: a close that goes through HTTP/2
  /// waits for its streams to end, and one through [LingeringClose], the first in the pipeline, for
  /// the peer. Any thread.
  void close(SocketAddress address) {
    Channel connection = byAddress.get(address);
    ChannelHandlerContext nextToSocket =
        connection == null ? null : connection.pipeline().firstContext();
    if (nextToSocket != null) {
      var _ = nextToSocket.close();
    }
  }

  /// On the acceptor's thread, of which there is one.
  private void tell() {
    long now = System.nanoTime();
    if (now - quietUntilNanos >= 0) {
      quietUntilNanos = now + QUIET_NANOS;
      LOG.warn(
          "connections are refused: {} are open (see max-connections; told once a minute)", max);
    }
  }
}
