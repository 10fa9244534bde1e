package dev.parley.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// Closes a connection in steps: sends what was written before, says that nothing more comes, and
/// waits until the peer has closed it too; all that for a while at most. What arrives meanwhile is
/// dropped, and nothing more is written.
///
/// Where something arrives at a socket that is closed, its system answers with a reset, which takes
/// from the peer whatever it has not read yet (RFC 9112, 9.6). A peer that speaks HTTP/2 says all
/// the time how much it has read: so one that is behind would lose the end of its streams, and that
/// the server goes away. For one connection, on its event loop; next to the socket.
final class LingeringClose extends ChannelDuplexHandler {
  private final long patienceMillis;
  private boolean lingering;

  /// @param patienceMillis how long the peer may take to read what it was sent, and to close
  LingeringClose(long patienceMillis) {
    this.patienceMillis = patienceMillis;
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (!context.channel().isActive() || !(context.channel() instanceof DuplexChannel channel)) {
      var _ = context.close(promise);
      return;
    }
    var _ = channel.closeFuture().addListener(_ -> promise.trySuccess());
    if (!lingering) {
      lingering = true;
      linger(context, channel);
    }
  }

  /// The half that is for sending is closed only when nothing is left to send. Netty would go on to
  /// wait for room in the socket else, of which there is always enough then.
  private void linger(ChannelHandlerContext context, DuplexChannel channel) {
    Runnable giveUp =
        () -> {
          var _ = context.close();
        };
    Future<?> alarm = context.executor().schedule(giveUp, patienceMillis, TimeUnit.MILLISECONDS);
    var _ = channel.closeFuture().addListener(_ -> alarm.cancel(false));
    channel.config().setAutoRead(true); // or the peer's end would not be seen
    then(
        context.writeAndFlush(Unpooled.EMPTY_BUFFER),
        () -> then(channel.shutdownOutput(), () -> {}, giveUp),
        giveUp);
  }

  private static void then(ChannelFuture step, Runnable next, Runnable giveUp) {
    var _ = step.addListener(done -> (done.isSuccess() ? next : giveUp).run());
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (lingering) {
      ReferenceCountUtil.release(message);
      var _ = promise.tryFailure(new ClosedChannelException());
    } else {
      var _ = context.write(message, promise);
    }
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
