package dev.parley.models.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Turn;
import dev.parley.models.Ask;
import dev.parley.models.Credential.Choice.Any;
import dev.parley.models.Gateway;
import dev.parley.models.Prices;
import dev.parley.models.ProviderKind;
import dev.parley.models.ProviderSettings;
import dev.parley.models.Route;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
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
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a provider that speaks HTTP/2 sees, frame by frame, of questions that nobody waits for any
/// more.
@Timeout(60)
class Http2CancelTest {
  private static final Prompt HELLO = Prompt.of("", List.of(Turn.of(Role.USER, "hello")));
  private static final String PIECE =
      "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";
  private static final String END =
      "data: {\"id\":\"c\",\"choices\":[{\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

  @TempDir private Path folder;

  private final EventLoopGroup eventLoops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final EventLoopGroup askers =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final AtomicInteger connections = new AtomicInteger();
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
  private final BlockingQueue<Long> resets = new LinkedBlockingQueue<>();
  private Channel listener;
  private Gateway gateway;

  @BeforeEach
  void open() throws Exception {
    X509Bundle certificate =
        new CertificateBuilder()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    SslContext tls =
        SslContextBuilder.forServer(certificate.toKeyManagerFactory())
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    ApplicationProtocolNames.HTTP_2))
            .build();
    listener =
        new ServerBootstrap()
            .group(eventLoops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    connections.incrementAndGet();
                    connection
                        .pipeline()
                        .addLast(
                            tls.newHandler(connection.alloc()),
                            Http2FrameCodecBuilder.forServer().build(),
                            new Http2MultiplexHandler(
                                new ChannelInitializer<>() {
                                  @Override
                                  protected void initChannel(Channel stream) {
                                    stream.pipeline().addLast(new Question());
                                  }
                                }));
                  }
                })
            .bind("localhost", 0)
            .sync()
            .channel();
    Path authorities = Files.writeString(folder.resolve("ca.pem"), certificate.getCertificatePEM());
    String url = "https://localhost:" + ((InetSocketAddress) listener.localAddress()).getPort();
    gateway =
        new Gateway(
            List.of(
                ProviderSettings.of("one", ProviderKind.COMPATIBLE, url, "secret")
                    .withOptions(Map.of("ca", authorities.toString()))),
            Prices.NONE,
            askers,
            new SimpleMeterRegistry(),
            64 << 20);
  }

  @AfterEach
  void close() {
    gateway.close();
    var _ = listener.close();
    var _ = askers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    var _ = eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  /// Answers, says a piece of an answer, or nothing, as the name of the model has it.
  private final class Question extends SimpleChannelInboundHandler<Http2StreamFrame> {
    private final StringBuilder body = new StringBuilder();

    @Override
    protected void channelRead0(ChannelHandlerContext stream, Http2StreamFrame frame) {
      if (!(frame instanceof Http2DataFrame data)) {
        return;
      }
      body.append(data.content().toString(UTF_8));
      if (!data.isEndStream()) {
        return;
      }
      asked.add(body.toString());
      if (!body.toString().contains("\"silent\"")) {
        boolean whole = !body.toString().contains("\"begin\"");
        var _ =
            stream.write(
                new DefaultHttp2HeadersFrame(
                    new DefaultHttp2Headers()
                        .status("200")
                        .set("content-type", "text/event-stream")));
        var _ =
            stream.writeAndFlush(
                new DefaultHttp2DataFrame(
                    Unpooled.copiedBuffer(whole ? PIECE + END : PIECE, UTF_8), whole));
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext stream, Object event) {
      if (event instanceof Http2ResetFrame reset) {
        resets.add(reset.errorCode());
      }
    }
  }

  private Listener ask(String model) {
    return Listener.of(
        gateway.answer(
            new Ask(List.of(new Route("one", model)), HELLO, Any.ANY, List.of(), false), _ -> {}));
  }

  private void assertStreamIsResetAndConnectionUsable() throws Exception {
    assertThat(resets.poll(30, TimeUnit.SECONDS)).isEqualTo(Http2Error.CANCEL.code());
    assertThat(ask("m").whole()).contains(new ModelEvent.Text("hi"));
    assertThat(connections).hasValue(1);
    assertThat(resets).isEmpty();
  }

  @Test
  void cancelBeforeTheFirstTokenResetsTheStreamAndNotItsConnection() throws Exception {
    Listener listener = ask("silent");
    assertThat(asked.poll(30, TimeUnit.SECONDS)).contains("silent");
    listener.cancel();
    assertStreamIsResetAndConnectionUsable();
  }

  @Test
  void cancelInMidAnswerDoesTheSame() throws Exception {
    Listener listener = ask("begin");
    listener.await(2);
    listener.cancel();
    assertStreamIsResetAndConnectionUsable();
  }
}
