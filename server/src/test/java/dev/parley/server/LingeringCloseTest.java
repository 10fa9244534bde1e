package dev.parley.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// Over real sockets: what is tested is what the system does when they are closed.
@Timeout(60)
@ParameterizedClass
@ValueSource(booleans = {true, false})
class LingeringCloseTest {
  private static final int SMALL = 16 << 10;

  /// More than the peer's system takes unread.
  private static final int SENT = 200_000;

  /// More than both systems take.
  private static final int TOO_MUCH = 32 << 20;

  /// What the machine has, or NIO, which all have.
  @Parameter boolean best;

  private final EventLoops eventLoops = EventLoops.open();
  private final EventLoopGroup nio = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Connections connections = new Connections(10);
  private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
  private final BlockingQueue<Object> passedOn = new LinkedBlockingQueue<>();
  private Channel port;
  private long patienceMillis = 30_000;
  private Map<ChannelOption<Integer>, Integer> options = Map.of();

  @BeforeEach
  void listen() {
    ChannelFactory<? extends ServerChannel> factory =
        best ? eventLoops.channelFactory() : NioServerSocketChannel::new;
    port =
        new ServerBootstrap()
            .group(best ? eventLoops.acceptor() : nio, best ? eventLoops.workers() : nio)
            .channelFactory(connections.limiting(factory))
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    options.forEach(connection.config()::setOption);
                    connection
                        .pipeline()
                        .addLast(new LingeringClose(patienceMillis), new Remembering());
                    accepted.add(connection);
                  }
                })
            .bind("127.0.0.1", 0)
            .syncUninterruptibly()
            .channel();
  }

  @AfterEach
  void close() {
    port.close().syncUninterruptibly();
    eventLoops.close();
    nio.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private final class Remembering extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      passedOn.add(message);
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(SMALL);
    socket.connect((InetSocketAddress) port.localAddress());
    return socket;
  }

  private Channel connection() throws InterruptedException {
    return accepted.poll(10, TimeUnit.SECONDS);
  }

  /// Begins to close.
  private static void close(Channel connection) throws InterruptedException {
    var _ = connection.close();
    connection.eventLoop().submit(() -> {}).sync(); // after which it has begun
  }

  private static void sendAndClose(Channel connection) throws InterruptedException {
    connection.writeAndFlush(Unpooled.wrappedBuffer(new byte[SENT])).sync();
    close(connection);
  }

  @Test
  void peerThatIsBehindAndStillSendsGetsAllThatWasSentToIt() throws Exception {
    try (Socket peer = connect()) {
      Channel connection = connection();
      sendAndClose(connection);
      for (int i = 0; i < 5; i++) {
        peer.getOutputStream().write(1);
        Thread.sleep(20); // time for the reset that would come
      }
      assertThat(peer.getInputStream().readAllBytes()).hasSize(SENT);
      peer.shutdownOutput();
      assertThat(connection.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(passedOn).isEmpty();
    }
  }

  @Test
  void whatHasYetToBeSentIsSentAndNothingAfterIt() throws Exception {
    try (Socket peer = connect()) {
      Channel connection = connection();
      var written = connection.writeAndFlush(Unpooled.wrappedBuffer(new byte[TOO_MUCH]));
      close(connection);
      assertThat(written.isDone()).isFalse();
      var late = connection.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
      assertThat(late.await().cause()).isInstanceOf(ClosedChannelException.class);
      assertThat(peer.getInputStream().readAllBytes()).hasSize(TOO_MUCH);
    }
  }

  @Test
  void peerThatNeverClosesIsNotWaitedForForLong() throws Exception {
    patienceMillis = 100;
    try (Socket peer = connect()) {
      Channel connection = connection();
      sendAndClose(connection);
      assertThat(connection.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
      assertThatThrownBy(
              () -> {
                while (true) {
                  peer.getOutputStream().write(new byte[SMALL]);
                }
              })
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void norIsOneThatDoesNotRead() throws Exception {
    patienceMillis = 100;
    try (Socket _ = connect()) {
      Channel connection = connection();
      var written = connection.writeAndFlush(Unpooled.wrappedBuffer(new byte[TOO_MUCH]));
      close(connection);
      assertThat(connection.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(written.await().isSuccess()).isFalse();
    }
  }

  @Test
  void everyoneWhoClosesIsToldWhenItIsClosed() throws Exception {
    try (Socket peer = connect()) {
      Channel connection = connection();
      var first = connection.close();
      var second = connection.close();
      assertThat(first.await(100)).isFalse();
      assertThat(second.isDone()).isFalse();
      peer.shutdownOutput();
      assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(connection.close().await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void whoIsCutOffIsNotWaitedFor() throws Exception {
    try (Socket peer = connect()) {
      Channel connection = connection();
      close(connection);
      connections.close(peer.getLocalSocketAddress());
      assertThat(connection.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void peerThatTakesNothingLosesItsConnectionWithoutAClose() throws Exception {
    options = best ? eventLoops.givingUpAfter(Duration.ofMillis(500)) : Map.of();
    assumeFalse(options.isEmpty(), "only epoll knows such a limit");
    try (Socket _ = connect()) {
      Channel connection = connection();
      var written = connection.writeAndFlush(Unpooled.wrappedBuffer(new byte[TOO_MUCH]));
      assertThat(connection.closeFuture().await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(written.await().isSuccess()).isFalse();
    }
  }
}
