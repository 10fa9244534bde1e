package dev.parley.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Over real sockets: what is tested is what the system does when they are closed.
@Timeout(60)
class LingeringCloseTest {
  private static final int SMALL = 16 << 10;

  /// More than the peer's system takes unread.
  private static final int SENT = 200_000;

  private final EventLoops eventLoops = EventLoops.open();
  private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
  private final BlockingQueue<Object> passedOn = new LinkedBlockingQueue<>();
  private Channel port;
  private long patienceMillis = 30_000;

  @BeforeEach
  void listen() {
    port =
        new ServerBootstrap()
            .group(eventLoops.acceptor(), eventLoops.workers())
            .channelFactory(eventLoops.channelFactory())
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel connection) {
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

  /// Sends something, and has begun to close.
  private static void sendAndClose(Channel connection) throws InterruptedException {
    connection.writeAndFlush(Unpooled.wrappedBuffer(new byte[SENT])).sync();
    var _ = connection.close();
    connection.eventLoop().submit(() -> {}).sync(); // after which it has begun
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
      InputStream in = peer.getInputStream();
      assertThat(in.readAllBytes()).hasSize(SENT);
      peer.shutdownOutput();
      assertThat(connection.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(passedOn).isEmpty();
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
}
