package dev.parley.server.http;

import dev.parley.core.limit.Limits;
import dev.parley.core.time.Clock;
import dev.parley.models.Allowances;
import dev.parley.models.Gateway;
import dev.parley.server.model.KnownModels;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The HTTP port, on event loops that it shares with others. Thread-safe.
public final class HttpPort {
  private static final int BACKLOG = 4_096;

  /// Tells connections that the server cannot wait any longer.
  static final Object CUT = new Object();

  /// How long what they are told then may take to be read.
  private static final long LAST_WORDS_MILLIS = 500;

  /// Bytes of an answer that wait for its peer to read, at which no more of it is asked for, and at
  /// which it is again.
  private static final WriteBufferWaterMark WAITING = new WriteBufferWaterMark(16 << 10, 64 << 10);

  private final InetSocketAddress wanted;
  private final ServerBootstrap bootstrap;
  private final Load load;
  private final ChannelGroup connections;
  private volatile @Nullable Channel port;

  /// @param address where to listen; port 0 takes a free one
  /// @param acceptor accepts connections; stays the caller's
  /// @param workers own connections; stay the caller's
  /// @param models what the providers say they have
  /// @param users what each user may ask
  /// @param health why the server does not serve; null: it does
  /// @param metrics what is measured, as Prometheus reads it
  public HttpPort(
      InetSocketAddress address,
      EventLoopGroup acceptor,
      EventLoopGroup workers,
      ChannelFactory<? extends ServerChannel> channelFactory,
      Gateway gateway,
      KnownModels models,
      Allowances users,
      Supplier<@Nullable String> health,
      Supplier<String> metrics,
      Clock clock,
      Limits.Tunable limits) {
    this(
        address,
        acceptor,
        workers,
        channelFactory,
        gateway,
        models,
        users,
        health,
        metrics,
        clock,
        HttpLimits.of(limits));
  }

  /// As the other, with limits of its own.
  HttpPort(
      InetSocketAddress address,
      EventLoopGroup acceptor,
      EventLoopGroup workers,
      ChannelFactory<? extends ServerChannel> channelFactory,
      Gateway gateway,
      KnownModels models,
      Allowances users,
      Supplier<@Nullable String> health,
      Supplier<String> metrics,
      Clock clock,
      HttpLimits limits) {
    wanted = address;
    load = new Load(limits.maxUnderWay(), limits.maxBodyBytesInAll());
    connections = new DefaultChannelGroup(acceptor.next(), true);
    Routes routes =
        new Routes(
            address.getAddress().isLoopbackAddress(),
            load,
            new ChatCompletions(gateway, users, clock),
            new ModelList(models),
            health,
            metrics);
    bootstrap =
        new ServerBootstrap()
            .group(acceptor, workers)
            .channelFactory(channelFactory)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WAITING)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    connections.add(connection);
                    connection
                        .pipeline()
                        .addLast(codec(limits), new HttpConnection(routes, limits, load));
                  }
                });
  }

  private static HttpServerCodec codec(HttpLimits limits) {
    return new HttpServerCodec(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(limits.maxRequestLineBytes())
            .setMaxHeaderSize(limits.maxHeaderBytes()));
  }

  /// Listens.
  ///
  /// @throws IOException if that is not possible
  public void start() throws IOException {
    ChannelFuture bound = bootstrap.bind(wanted).awaitUninterruptibly();
    Throwable cause = bound.cause();
    if (cause != null) {
      throw new IOException(cause);
    }
    port = bound.channel();
  }

  /// Where it listens.
  public InetSocketAddress address() {
    Channel open = port;
    return open != null && open.localAddress() instanceof InetSocketAddress bound
        ? new InetSocketAddress(wanted.getAddress(), bound.getPort())
        : wanted;
  }

  /// How many requests are under way.
  public int underWay() {
    return load.underWay();
  }

  /// Takes no more questions. Who asks for the server's health is still told that it stops.
  ///
  /// @return when all answers under way have ended
  public CompletableFuture<Void> drain() {
    return load.drain();
  }

  /// Takes no more connections, ends the answers that are left, which are told so, and closes.
  public void close() {
    CompletableFuture<Void> drained = drain();
    Channel open = port;
    if (open != null) {
      open.close().awaitUninterruptibly();
    }
    connections.forEach(connection -> connection.eventLoop().execute(() -> cut(connection)));
    try {
      drained.get(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // they do not read
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    connections.close().awaitUninterruptibly();
  }

  private static void cut(Channel connection) {
    connection.pipeline().fireUserEventTriggered(CUT);
  }
}
