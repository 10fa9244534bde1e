package dev.parley.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.parley.model.v1.ChatResponse;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamFrame;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// What stands between a client and a server, speaks HTTP/2, and lets unary calls through but no
/// streams.
final class RefusingProxy implements AutoCloseable {
  /// Instead of a status: the stream is reset.
  static final int RESET = 0;

  private final EventLoopGroup threads =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final Channel listener;

  /// @param httpStatus with which streams are refused
  /// @param answer to each unary call
  RefusingProxy(int httpStatus, ChatResponse answer) throws InterruptedException {
    listener =
        new ServerBootstrap()
            .group(threads)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    connection
                        .pipeline()
                        .addLast(Http2FrameCodecBuilder.forServer().build())
                        .addLast(new Http2MultiplexHandler(each(httpStatus, answer)));
                  }
                })
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
  }

  private ChannelInitializer<Channel> each(int httpStatus, ChatResponse answer) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel stream) {
        stream.pipeline().addLast(new Call(httpStatus, answer));
      }
    };
  }

  String address() {
    return "127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /// The methods that were called, in order.
  List<String> asked() {
    return List.copyOf(asked);
  }

  @Override
  public void close() {
    var _ = listener.close();
    var _ = threads.shutdownGracefully();
  }

  private final class Call extends SimpleChannelInboundHandler<Http2StreamFrame> {
    private final int httpStatus;
    private final ChatResponse answer;
    private String method = "";

    Call(int httpStatus, ChatResponse answer) {
      this.httpStatus = httpStatus;
      this.answer = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext stream, Http2StreamFrame frame) {
      if (frame instanceof Http2HeadersFrame begin) {
        String path = begin.headers().path().toString();
        method = path.substring(path.lastIndexOf('/') + 1);
        asked.add(method);
      }
      if (frame instanceof Http2DataFrame data && data.isEndStream()) {
        if (method.equals("Chat")) {
          answer(stream);
        } else {
          refuse(stream);
        }
      }
    }

    private void refuse(ChannelHandlerContext stream) {
      if (httpStatus == RESET) {
        var _ = stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
        return;
      }
      Http2Headers headers =
          new DefaultHttp2Headers()
              .status(Integer.toString(httpStatus))
              .set("content-type", "text/html");
      var _ = stream.write(new DefaultHttp2HeadersFrame(headers));
      var _ =
          stream.writeAndFlush(
              new DefaultHttp2DataFrame(Unpooled.copiedBuffer("<h1>No</h1>", UTF_8), true));
    }

    private void answer(ChannelHandlerContext stream) {
      Http2Headers headers =
          new DefaultHttp2Headers().status("200").set("content-type", "application/grpc");
      byte[] message = answer.toByteArray();
      ByteBuf framed = Unpooled.buffer();
      framed.writeByte(0).writeInt(message.length).writeBytes(message);
      var _ = stream.write(new DefaultHttp2HeadersFrame(headers));
      var _ = stream.write(new DefaultHttp2DataFrame(framed));
      var _ =
          stream.writeAndFlush(
              new DefaultHttp2HeadersFrame(
                  new DefaultHttp2Headers().set("grpc-status", "0"), true));
    }
  }
}
