package dev.parley.bench.gateway;

import dev.parley.bench.provider.DeltaText;
import dev.parley.bench.wire.Sockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Asks by OpenAI's chat completions over HTTP/1.1: one question at a time on each connection,
/// which is used again when its answer has ended properly. Owned by its event loop.
final class HttpAsker implements Asker {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int HTTP_PORT = 80;

  private final URI base;
  private final Map<String, String> headers;
  private final Bootstrap bootstrap;
  private final ArrayDeque<HttpConnection> idle = new ArrayDeque<>();
  private final Set<HttpConnection> open = new HashSet<>();

  /// @param base as OpenAI's clients take it, such as `http://127.0.0.1:8080/v1`
  /// @param headers sent with each question
  HttpAsker(EventLoopGroup loop, URI base, Map<String, String> headers) {
    this.base = base;
    this.headers = Map.copyOf(headers);
    int port = base.getPort() < 0 ? HTTP_PORT : base.getPort();
    bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(Sockets.type())
            .remoteAddress(new InetSocketAddress(base.getHost(), port))
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new HttpClientCodec());
                  }
                });
  }

  @Override
  public Asked ask(int question, String model, Ear ear) {
    FullHttpRequest request = request(question, model);
    HttpConnection kept = idle.pollLast();
    if (kept != null) {
      kept.ask(request, ear);
      return kept;
    }
    HttpConnection fresh = new HttpConnection(this);
    open.add(fresh);
    fresh.expect(ear);
    var _ =
        bootstrap
            .connect()
            .addListener(
                (ChannelFutureListener)
                    connected -> {
                      if (connected.isSuccess()) {
                        connected.channel().pipeline().addLast(fresh);
                        fresh.send(connected.channel(), request);
                      } else {
                        request.release();
                        fresh.fail("no connection to %s: %s".formatted(base, connected.cause()));
                      }
                    });
    return fresh;
  }

  private FullHttpRequest request(int question, String model) {
    ObjectNode body = MAPPER.createObjectNode().put("model", model).put("stream", true);
    body.putArray("messages")
        .addObject()
        .put("role", "user")
        .put("content", DeltaText.question(question));
    ByteBuf bytes = Unpooled.copiedBuffer(body.toString(), StandardCharsets.UTF_8);
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.POST,
            base.getRawPath().replaceAll("/$", "") + "/chat/completions",
            bytes);
    request
        .headers()
        .set(HttpHeaderNames.HOST, base.getRawAuthority())
        .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
        .set(HttpHeaderNames.ACCEPT, "text/event-stream")
        .set(HttpHeaderNames.CONTENT_LENGTH, bytes.readableBytes());
    headers.forEach((name, value) -> request.headers().set(name, value));
    return request;
  }

  /// A connection whose answer has ended properly.
  void free(HttpConnection connection) {
    idle.add(connection);
  }

  void closed(HttpConnection connection) {
    idle.remove(connection);
    open.remove(connection);
  }

  @Override
  public Set<Leaving> ways() {
    return Set.of(Leaving.CONNECTION);
  }

  @Override
  public int connections() {
    return open.size();
  }

  @Override
  public void close() {
    Set.copyOf(open).forEach(connection -> connection.leave(Leaving.CONNECTION));
  }
}
