package dev.parley.server;

import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The threads that own sockets and streams: epoll where the machine has it, else NIO.
final class EventLoops implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);

  private final EventLoopGroup acceptor;
  private final EventLoopGroup workers;
  private final ChannelFactory<? extends ServerChannel> channelFactory;

  private EventLoops(
      IoHandlerFactory io, ChannelFactory<? extends ServerChannel> channelFactory, int threads) {
    acceptor = new MultiThreadIoEventLoopGroup(1, io);
    workers = new MultiThreadIoEventLoopGroup(threads, io);
    this.channelFactory = channelFactory;
  }

  static EventLoops open() {
    int threads = Runtime.getRuntime().availableProcessors();
    if (Epoll.isAvailable()) {
      return new EventLoops(EpollIoHandler.newFactory(), EpollServerSocketChannel::new, threads);
    }
    LOG.info("epoll is not available here, using NIO");
    return new EventLoops(NioIoHandler.newFactory(), NioServerSocketChannel::new, threads);
  }

  EventLoopGroup acceptor() {
    return acceptor;
  }

  EventLoopGroup workers() {
    return workers;
  }

  ChannelFactory<? extends ServerChannel> channelFactory() {
    return channelFactory;
  }

  /// Options of connections that the system closes when their peers have taken nothing of what they
  /// were sent for a time, be they gone or frozen. Where it is not epoll, there are none.
  Map<ChannelOption<Integer>, Integer> givingUpAfter(Duration time) {
    return Epoll.isAvailable()
        ? Map.of(
            EpollChannelOption.TCP_USER_TIMEOUT, Math.clamp(time.toMillis(), 1, Integer.MAX_VALUE))
        : Map.of();
  }

  List<EventLoop> all() {
    List<EventLoop> all = new ArrayList<>();
    for (EventExecutor executor : workers) {
      all.add((EventLoop) executor);
    }
    return all;
  }

  /// Runs something every second until [#close].
  void everySecond(Runnable task) {
    var unused = acceptor.scheduleWithFixedDelay(task, 1, 1, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    workers.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
