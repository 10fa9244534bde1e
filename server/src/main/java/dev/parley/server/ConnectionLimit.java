package dev.parley.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Closes connections beyond a number as they come, before anything is read from them. Thread-safe.
@ChannelHandler.Sharable
final class ConnectionLimit extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimit.class);
  private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

  private final int max;
  private final AtomicInteger open = new AtomicInteger();
  private long quietUntilNanos = System.nanoTime();

  /// @param max most connections at once
  ConnectionLimit(int max) {
    this.max = max;
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
    connection.closeFuture().addListener(_ -> open.decrementAndGet());
    context.fireChannelRead(connection);
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
