package dev.parley.models.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.FullHttpMessage;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/// Makes one content of all that one read from the socket brought. A provider may cut its answer
/// into chunks of a byte, each of which would wait to be read as an object of its own. For one
/// connection.
final class JoinedContents extends ChannelInboundHandlerAdapter {
  private @Nullable ByteBuf pending;

  /// Whether that is a copy, which has room for more.
  private boolean joined;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    boolean part = message instanceof HttpContent && !(message instanceof LastHttpContent);
    if (part && !(message instanceof FullHttpMessage)) {
      add(context, ((HttpContent) message).content());
    } else {
      pass(context);
      context.fireChannelRead(message);
    }
  }

  private void add(ChannelHandlerContext context, ByteBuf more) {
    ByteBuf before = pending;
    if (before == null) {
      pending = more;
      return;
    }
    ByteBuf all = before;
    if (!joined) {
      int bytes = before.readableBytes() + more.readableBytes();
      all = context.alloc().buffer(bytes).writeBytes(before);
      before.release();
    }
    joined = true;
    pending = all.writeBytes(more);
    more.release();
  }

  private void pass(ChannelHandlerContext context) {
    ByteBuf all = pending;
    if (all != null) {
      pending = null;
      joined = false;
      context.fireChannelRead(new DefaultHttpContent(all));
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    pass(context);
    context.fireChannelReadComplete();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    pass(context);
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    ByteBuf left = pending;
    if (left != null) {
      pending = null;
      left.release();
    }
  }
}
