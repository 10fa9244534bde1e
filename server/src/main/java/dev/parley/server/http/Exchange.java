package dev.parley.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.node.ObjectNode;

/// One request and the answer to it: whole, or as a stream. What has come of the request belongs to
/// the connection's event loop; it is answered from any thread, by one at a time.
final class Exchange {
  /// Who answers for a while.
  interface Answerer {
    /// The peer takes more again. Event loop.
    void proceed();

    /// The peer is gone, and with it whoever wanted the answer. Event loop.
    void gone();

    /// The server stops, and cannot wait for the rest of the answer. Event loop.
    void cut();

    /// All of the answer has been written, or the peer is gone. Event loop.
    default void left() {}
  }

  private static final Answerer NOBODY =
      new Answerer() {
        @Override
        public void proceed() {}

        @Override
        public void gone() {}

        @Override
        public void cut() {}
      };

  private final Channel channel;
  private final HttpRequest head;
  private final Load load;
  private final HttpLimits limits;
  private final Runnable whenAnswered;

  private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);
  private long counted;
  private boolean arrived;
  private boolean answered;
  private Answerer answerer = NOBODY;

  private final AtomicBoolean begun = new AtomicBoolean();
  private volatile boolean keepAlive;

  /// @param whenAnswered run on the event loop when all of the answer has been written
  Exchange(Channel channel, HttpRequest head, Load load, HttpLimits limits, Runnable whenAnswered) {
    this.channel = channel;
    this.head = head;
    this.load = load;
    this.limits = limits;
    this.whenAnswered = whenAnswered;
    keepAlive = HttpUtil.isKeepAlive(head);
  }

  // The request. Event loop.

  /// A header; empty: there is none.
  String header(String name) {
    return head.headers().get(name, "");
  }

  /// The peer's address, without its port.
  String peer() {
    String address = String.valueOf(channel.remoteAddress());
    return address.substring(address.indexOf('/') + 1, Math.max(0, address.lastIndexOf(':')));
  }

  /// All of the body.
  byte[] body() {
    return body.toByteArray();
  }

  /// More of the body has come.
  ///
  /// @throws ApiException if there is no room for it
  void add(ByteBuf more) {
    int count = more.readableBytes();
    if (body.size() + count > limits.maxBodyBytes()) {
      throw tooLarge();
    }
    counted += count;
    if (!load.add(count)) {
      throw new ApiException(
          ApiError.overloaded("the server has too many large requests (expected: later again)"));
    }
    byte[] bytes = new byte[count];
    more.readBytes(bytes);
    body.writeBytes(bytes);
  }

  ApiException tooLarge() {
    return new ApiException(
        ApiError.refused(
            413,
            "request_too_large",
            "the body is too large (expected: at most %d bytes, see max-frame-bytes)"
                .formatted(limits.maxBodyBytes())));
  }

  /// All of the request has come.
  void arrive() {
    arrived = true;
  }

  boolean hasArrived() {
    return arrived;
  }

  /// Whether all of the answer has been written.
  boolean isAnswered() {
    return answered;
  }

  /// It counts no longer. Once.
  void leave() {
    load.leave(counted);
    answerer.left();
  }

  /// Who is told of the peer from now on.
  void answeredBy(Answerer now) {
    answerer = now;
  }

  Answerer answerer() {
    return answerer;
  }

  // The answer. Any thread.

  /// Whether the peer takes more now; if not, [Answerer#proceed] tells when it does.
  boolean isReady() {
    return channel.isWritable();
  }

  /// Whether an answer has begun.
  boolean hasBegun() {
    return begun.get();
  }

  /// Whether the connection serves for more after this.
  boolean isKeptAlive() {
    return keepAlive;
  }

  /// The connection is to end with this answer.
  void endConnection() {
    keepAlive = false;
  }

  /// Answers with an error, if nothing of another answer has been sent.
  void answer(ApiError error) {
    answer(error.status(), error.json(), error.headers());
  }

  /// Answers with a JSON object, if nothing of another answer has been sent.
  void answer(int status, ObjectNode json, Map<String, String> headers) {
    answer(status, HttpHeaderValues.APPLICATION_JSON, Json.bytes(json), headers);
  }

  /// Answers with a text.
  void answer(String contentType, String text) {
    answer(200, contentType, text.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  private void answer(
      int status, CharSequence contentType, byte[] content, Map<String, String> headers) {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(status),
            Unpooled.wrappedBuffer(content));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, contentType)
        .set(HttpHeaderNames.CONTENT_LENGTH, content.length);
    headers.forEach(response.headers()::set);
    connection(response);
    written(response);
  }

  /// Begins a stream of events, with the first one.
  void stream(ByteBuf first) {
    if (!begun.compareAndSet(false, true)) {
      first.release();
      return;
    }
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8")
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
        .set("x-accel-buffering", "no"); // proxies that gather answers let this one pass
    if (head.protocolVersion().isKeepAliveDefault()) {
      HttpUtil.setTransferEncodingChunked(response, true);
    } else {
      keepAlive = false; // HTTP/1.0 knows the end of an answer by that of its connection
    }
    connection(response);
    var _ = channel.write(response);
    more(first);
  }

  /// More of the stream.
  void more(ByteBuf events) {
    var _ = channel.writeAndFlush(new DefaultHttpContent(events));
  }

  /// The end of the stream.
  void end() {
    written(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  private void connection(HttpResponse response) {
    if (load.isDraining()) {
      keepAlive = false;
    }
    HttpUtil.setKeepAlive(response.headers(), head.protocolVersion(), keepAlive);
  }

  private void written(Object last) {
    ChannelFuture done = channel.writeAndFlush(last);
    if (!done.isDone()) {
      ScheduledFuture<?> alarm =
          channel.eventLoop().schedule(this::cut, limits.stall().toMillis(), TimeUnit.MILLISECONDS);
      var _ = done.addListener(_ -> alarm.cancel(false));
    }
    var _ =
        done.addListener(
            _ -> {
              answered = true;
              whenAnswered.run();
            });
  }

  private void cut() {
    var _ = channel.close();
  }
}
