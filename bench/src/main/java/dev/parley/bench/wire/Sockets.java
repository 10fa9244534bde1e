package dev.parley.bench.wire;

import io.netty.channel.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/// Sockets of the fastest kind that this machine has: epoll, whose timers are exact to some
/// microseconds, or else NIO, whose are to a millisecond. Pure functions.
public final class Sockets {
  private Sockets() {}

  /// One event loop of its own.
  public static MultiThreadIoEventLoopGroup eventLoop() {
    return new MultiThreadIoEventLoopGroup(
        1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  /// What connects from such a loop.
  public static Class<? extends Channel> type() {
    return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  /// The same, made.
  public static Channel open() {
    return Epoll.isAvailable() ? new EpollSocketChannel() : new NioSocketChannel();
  }

  /// What listens on such a loop.
  public static Class<? extends ServerChannel> serverType() {
    return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }
}
