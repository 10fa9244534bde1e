package dev.parley.bench.provider;

import dev.parley.bench.wire.Sockets;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/// The provider: OpenAI's chat completions and Replicate's predictions, over HTTP/1.1, on one
/// thread that does nothing else. Nothing but streams: a question that wants its answer whole is
/// refused. Thread-safe.
public final class FakeProvider implements AutoCloseable {
  private static final int MAX_REQUEST_BYTES = 1 << 20;
  private static final int MAX_CONNECTIONS = 16_384;
  private static final int BACKLOG = 4_096;

  private final MultiThreadIoEventLoopGroup group = Sockets.eventLoop();
  private final ChannelGroup connections = new DefaultChannelGroup(group.next());
  private final Journal journal;
  private final Channel listener;

  private FakeProvider(InetSocketAddress address, Script script) throws IOException {
    journal = new Journal(script.deltas());
    Predictions predictions = new Predictions();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(Sockets.serverType())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (connections.size() >= MAX_CONNECTIONS) {
                      var _ = channel.close();
                      return;
                    }
                    connections.add(channel);
                    channel
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(),
                            new HttpObjectAggregator(MAX_REQUEST_BYTES),
                            new ProviderHandler(journal, script, predictions));
                  }
                });
    var bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      var _ = group.shutdownGracefully();
      throw new IOException("the provider cannot listen on " + address, bound.cause());
    }
    listener = bound.channel();
  }

  /// Starts one.
  ///
  /// @param address port 0 takes a free one
  /// @throws IOException if it cannot listen there
  public static FakeProvider start(InetSocketAddress address, Script script) throws IOException {
    return new FakeProvider(address, script);
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /// What came, and what became of it.
  public Journal journal() {
    return journal;
  }

  /// How many connections it has.
  public int connections() {
    return connections.size();
  }

  @Override
  public void close() {
    var _ = listener.close();
    var _ = connections.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
