package dev.parley.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.PendingWriteQueue;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Answers clients of HTTP/1 that come to the gRPC port in words that they can read, and is gone
/// from any other connection as soon as that is known.
///
/// gRPC speaks first, and in frames, so what it writes waits until the client has said something,
/// or has kept silent for a moment. What waits are the settings of one connection. For one
/// connection, on its event loop.
final class FirstBytes extends ChannelDuplexHandler {
  private static final long SILENCE_MILLIS = 500;

  /// As long as the methods of HTTP/1 that begin like HTTP/2's preface take to differ from it.
  private static final int DECISIVE = 3;

  private static final String PREFACE = "PRI";

  private static final String BODY =
      """
      {"error":{"message":"this port speaks gRPC; OpenAI's protocol, /healthz and /metrics are \
      served on another one, see --http (usually 8080)","type":"invalid_request_error",\
      "param":null,"code":"wrong_port"}}
      """;
  private static final String ANSWER =
      """
      HTTP/1.1 400 Bad Request\r
      content-type: application/json\r
      content-length: %d\r
      connection: close\r
      \r
      %s\
      """
          .formatted(BODY.length(), BODY);

  private @Nullable PendingWriteQueue waiting;
  private @Nullable Future<?> alarm;
  private boolean turnedAway;

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    waiting = new PendingWriteQueue(context);
    alarm =
        context
            .executor()
            .schedule(() -> stepAside(context), SILENCE_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (turnedAway) {
      ReferenceCountUtil.release(message);
    } else if (message instanceof ByteBuf bytes && isHttp1(bytes)) {
      bytes.release();
      turnAway(context);
    } else {
      stepAside(context);
      context.fireChannelRead(message);
    }
  }

  private static boolean isHttp1(ByteBuf bytes) {
    if (bytes.readableBytes() < DECISIVE) {
      return false;
    }
    String begin = bytes.toString(bytes.readerIndex(), DECISIVE, StandardCharsets.ISO_8859_1);
    return !begin.equals(PREFACE) && begin.chars().allMatch(c -> c >= 'A' && c <= 'Z');
  }

  private void turnAway(ChannelHandlerContext context) {
    turnedAway = true;
    var _ =
        context
            .writeAndFlush(ByteBufUtil.writeAscii(context.alloc(), ANSWER))
            .addListener(ChannelFutureListener.CLOSE);
    drop();
  }

  private void stepAside(ChannelHandlerContext context) {
    PendingWriteQueue written = waiting;
    if (!turnedAway && !context.isRemoved() && written != null) {
      var _ = written.removeAndWriteAll();
      context.flush();
      var _ = context.pipeline().remove(this);
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    PendingWriteQueue queue = waiting;
    if (turnedAway || queue == null) {
      ReferenceCountUtil.release(message);
      promise.setFailure(new ClosedChannelException());
    } else {
      queue.add(message, promise);
    }
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    // nothing has been written
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    drop();
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    drop();
    Future<?> set = alarm;
    if (set != null) {
      set.cancel(false);
    }
  }

  private void drop() {
    PendingWriteQueue queue = waiting;
    if (queue != null) {
      queue.removeAndFailAll(new ClosedChannelException());
    }
  }
}
