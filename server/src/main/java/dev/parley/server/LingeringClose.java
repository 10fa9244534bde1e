package dev.parley.server;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// Closes a connection in two steps: says that nothing more comes, and then waits, for a while,
/// until the peer has closed it too. What arrives meanwhile is dropped.
///
/// Where something arrives at a socket that is closed, its system answers with a reset, which takes
/// from the peer whatever it has not read yet (RFC 9112, 9.6). A peer that speaks HTTP/2 says all
/// the time how much it has read: so one that is behind would lose the end of its streams, and that
/// the server goes away. For one connection, on its event loop; next to the socket.
final class LingeringClose extends ChannelDuplexHandler {
  private final long patienceMillis;
  private boolean lingering;

  /// @param patienceMillis how long the peer may take to close
  LingeringClose(long patienceMillis) {
    this.patienceMillis = patienceMillis;
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (!context.channel().isActive() || !(context.channel() instanceof DuplexChannel channel)) {
      closeNow(context, promise);
      return;
    }
    var _ = channel.closeFuture().addListener(_ -> closeNow(context, promise));
    if (!lingering) {
      lingering = true;
      linger(context, channel);
    }
  }

  private void linger(ChannelHandlerContext context, DuplexChannel channel) {
    Runnable giveUp = () -> closeNow(context, context.newPromise());
    Future<?> alarm = context.executor().schedule(giveUp, patienceMillis, TimeUnit.MILLISECONDS);
    var _ = channel.closeFuture().addListener(_ -> alarm.cancel(false));
    channel.config().setAutoRead(true); // or the peer's end would not be seen
    var _ =
        channel
            .shutdownOutput()
            .addListener(
                shut -> {
                  if (!shut.isSuccess()) {
                    giveUp.run();
                  }
                });
  }

  private static void closeNow(ChannelHandlerContext context, ChannelPromise promise) {
    var _ = context.close(promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (lingering) {
      ReferenceCountUtil.release(message);
    } else {
      context.fireChannelRead(message);
    }
  }
}
