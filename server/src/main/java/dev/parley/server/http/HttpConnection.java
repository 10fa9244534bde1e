package dev.parley.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection: its requests, one after the other, and the clock for what the peer is slow with.
/// Everything happens on its event loop.
///
/// What comes while a request is answered is held, and no more of it is read than had been read by
/// then: further requests wait in the peer's socket. Until something comes, reading goes on, so
/// that a peer that goes away is noticed.
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

  /// What looks like the method of the bytes that each connection of HTTP/2 begins with.
  private static final String PREFACE = "PRI";

  private static final int SETTINGS = 4;
  private static final int GOAWAY = 7;
  private static final int HTTP_1_1_REQUIRED = 13;
  private static final String WRONG_PORT =
      "this port speaks HTTP/1.1; gRPC is served on another one, see --listen (usually 50051)";

  private final Routes routes;
  private final HttpLimits limits;
  private final Load load;

  private final Queue<Object> held = new ArrayDeque<>();
  private @Nullable Exchange exchange;
  private @Nullable Consumer<Exchange> endpoint;

  /// Rings when the peer has been slow for too long.
  private @Nullable Future<?> alarm;

  /// Whether nothing more is wanted of the peer than that it reads what it was told.
  private boolean lingering;

  HttpConnection(Routes routes, HttpLimits limits, Load load) {
    this.routes = routes;
    this.limits = limits;
    this.load = load;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    setAlarm(context, limits.arrival());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Exchange open = exchange;
    if (lingering) {
      ReferenceCountUtil.release(message);
    } else if (!held.isEmpty() || (open != null && open.hasArrived())) {
      held.add(message);
      context.channel().config().setAutoRead(false);
    } else {
      take(context, message);
    }
  }

  private void take(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest head) {
      begin(context, head);
    } else if (message instanceof HttpContent content) {
      try {
        goOn(context, content);
      } finally {
        content.release();
      }
    }
  }

  private void begin(ChannelHandlerContext context, HttpRequest head) {
    if (head.method().name().equals(PREFACE)) {
      turnAway(context);
      return;
    }
    Exchange begun =
        new Exchange(context.channel(), head, load, limits, () -> finishIfDone(context));
    exchange = begun;
    endpoint = null;
    setAlarm(context, limits.arrival());
    boolean room = load.enter();
    try {
      requireDecoded(head.decoderResult().cause());
      if (HttpUtil.getContentLength(head, 0L) > limits.maxBodyBytes()) {
        throw begun.tooLarge();
      }
      endpoint = routes.find(head);
      if (!room) {
        throw new ApiException(
            ApiError.overloaded(
                "%d requests are under way (expected: at most that)"
                    .formatted(limits.maxUnderWay())));
      }
      if (HttpUtil.is100ContinueExpected(head)) {
        var _ = context.writeAndFlush(goAhead());
      }
    } catch (ApiException e) {
      if (head.decoderResult().isFailure() || hasBody(head)) {
        begun.endConnection(); // what else comes is not looked at
      }
      begun.answer(e.error());
    }
  }

  /// A client of HTTP/2, most likely one of gRPC, is told in its own protocol that it is wrong
  /// here: by a connection's first frame, and its last (RFC 9113, 6.5 and 6.8).
  private void turnAway(ChannelHandlerContext context) {
    byte[] words = WRONG_PORT.getBytes(StandardCharsets.US_ASCII);
    ByteBuf frames = context.alloc().buffer();
    frames.writeMedium(0).writeByte(SETTINGS).writeByte(0).writeInt(0);
    frames.writeMedium(2 * Integer.BYTES + words.length).writeByte(GOAWAY).writeByte(0).writeInt(0);
    frames.writeInt(0).writeInt(HTTP_1_1_REQUIRED).writeBytes(words);
    var _ = context.pipeline().context(HttpServerCodec.class).writeAndFlush(frames);
    linger(context);
  }

  private static DefaultFullHttpResponse goAhead() {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER);
  }

  private static boolean hasBody(HttpRequest head) {
    return HttpUtil.isTransferEncodingChunked(head) || HttpUtil.getContentLength(head, 0L) > 0;
  }

  private static void requireDecoded(@Nullable Throwable failure) {
    switch (failure) {
      case null -> {}
      case TooLongHttpLineException _ ->
          throw new ApiException(
              ApiError.refused(414, "request_line_too_long", "the request line is too long"));
      case TooLongHttpHeaderException _ ->
          throw new ApiException(
              ApiError.refused(431, "headers_too_large", "the headers are too large"));
      default ->
          throw new ApiException(
              ApiError.refused(400, "bad_request", "this is no request of HTTP/1.1"));
    }
  }

  /// More of a request, or its end.
  private void goOn(ChannelHandlerContext context, HttpContent content) {
    Exchange open = exchange;
    if (open == null) {
      return;
    }
    try {
      requireDecoded(content.decoderResult().cause());
      if (!open.hasBegun()) {
        open.add(content.content());
      }
    } catch (ApiException e) {
      open.endConnection();
      open.answer(e.error());
    }
    if (content instanceof LastHttpContent && exchange == open) {
      open.arrive();
      stopAlarm();
      serve(open);
      finishIfDone(context);
    }
  }

  private void serve(Exchange open) {
    Consumer<Exchange> chosen = endpoint;
    if (open.hasBegun() || chosen == null) {
      return; // refused by what came before
    }
    try {
      chosen.accept(open);
    } catch (ApiException e) {
      open.answer(e.error());
    } catch (RuntimeException e) {
      LOG.error("a request cannot be answered", e);
      open.endConnection();
      open.answer(ApiError.internal());
    }
  }

  /// A request is done with when all of it has come and all of its answer has been written.
  private void finishIfDone(ChannelHandlerContext context) {
    Exchange done = exchange;
    if (done == null || !done.isAnswered() || (done.isKeptAlive() && !done.hasArrived())) {
      return;
    }
    exchange = null;
    done.leave();
    if (done.isKeptAlive()) {
      setAlarm(context, limits.idle());
      context.executor().execute(() -> takeHeld(context));
    } else if (done.hasArrived()) {
      var _ = context.close();
    } else {
      linger(context);
    }
  }

  private void takeHeld(ChannelHandlerContext context) {
    while (!held.isEmpty() && (exchange == null || !exchange.hasArrived())) {
      take(context, held.remove());
    }
    if (held.isEmpty()) {
      context.channel().config().setAutoRead(true);
    }
  }

  /// Closing at once would take from the peer what it has not yet read, if it is still sending.
  private void linger(ChannelHandlerContext context) {
    lingering = true;
    if (context.channel() instanceof DuplexChannel channel) {
      var _ = channel.shutdownOutput();
    }
    setAlarm(context, limits.linger());
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    Exchange open = exchange;
    if (open == null || !open.hasArrived()) {
      return;
    }
    if (context.channel().isWritable()) {
      stopAlarm();
      open.answerer().proceed();
    } else {
      setAlarm(context, limits.stall());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    stopAlarm();
    held.forEach(ReferenceCountUtil::release);
    held.clear();
    Exchange open = exchange;
    if (open != null) {
      exchange = null;
      open.leave();
      open.answerer().gone();
    }
  }

  /// The server stops: what is under way ends here, and says so.
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    Exchange open = exchange;
    if (event != HttpPort.CUT) {
      context.fireUserEventTriggered(event);
    } else if (open == null) {
      var _ = context.close();
    } else {
      open.endConnection();
      open.answerer().cut();
      open.answer(ApiError.draining()); // where nobody else answers
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("a connection breaks", cause);
    var _ = context.close();
  }

  private void setAlarm(ChannelHandlerContext context, Duration time) {
    stopAlarm();
    alarm =
        context.executor().schedule(() -> tooSlow(context), time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void stopAlarm() {
    Future<?> set = alarm;
    if (set != null) {
      set.cancel(false);
      alarm = null;
    }
  }

  private void tooSlow(ChannelHandlerContext context) {
    Exchange open = exchange;
    if (open == null || open.hasBegun()) {
      var _ = context.close();
    } else {
      open.endConnection();
      open.answer(
          ApiError.refused(
              408,
              "request_timeout",
              "the request did not come to its end within %d s"
                  .formatted(limits.arrival().toSeconds())));
    }
  }
}
