package dev.parley.server;

import dev.parley.core.limit.Limits;
import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.time.Clock;
import dev.parley.server.config.ServerConfig;
import dev.parley.server.rpc.CallEnds;
import dev.parley.server.rpc.CallTurns;
import dev.parley.server.rpc.Calls;
import dev.parley.server.rpc.InboundWatch;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ChannelzService;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.util.internal.PlatformDependent;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The gRPC port and its defences: what one peer may cost before it has said who it is.
final class Port {
  /// Bytes of one call that may be on their way to the server before it asks for them.
  private static final int FLOW_CONTROL_WINDOW = 128 << 10;

  /// How much larger than allowed a frame may be and still be refused in words. gRPC ends the
  /// stream of one that is larger yet, and cannot say why.
  private static final int OVERSIZE_FACTOR = 2;

  private static final int MAX_RESETS = 200;
  private static final int RESET_WINDOW_SECONDS = 30;
  private static final int CHANNELZ_PAGE = 100;
  private static final int BACKLOG = 4_096;

  /// How many times the time after which a stream is stalled a peer may take nothing at all: until
  /// then it is told that it is, and has been given the time to take that. gRPC waits without end
  /// for what it sent last, also to a peer that does not answer its pings.
  private static final int STALLS = 2;

  /// How long a peer may take to read the end of what it was sent, and close.
  private static final long CLOSE_MILLIS = 2_000;

  private Port() {}

  static Server open(
      ServerConfig config,
      EventLoops eventLoops,
      Calls calls,
      Connections connections,
      CallTurns turns,
      CallEnds ends,
      List<ServerServiceDefinition> services,
      HealthWatch health,
      Clock clock) {
    InboundWatch inbound =
        new InboundWatch(
            new MemoryBudget(PlatformDependent.maxDirectMemory() / Limits.REQUESTS_PART_OF_MEMORY),
            clock,
            connections::close);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(config.listen())
            .bossEventLoopGroup(eventLoops.acceptor())
            .workerEventLoopGroup(eventLoops.workers())
            .channelFactory(listening(connections.limiting(eventLoops.channelFactory()), inbound))
            .withOption(ChannelOption.SO_BACKLOG, BACKLOG)
            .withOption(ChannelOption.SO_REUSEADDR, true)
            .withChildOption(ChannelOption.TCP_NODELAY, true)
            .directExecutor()
            .handshakeTimeout(10, TimeUnit.SECONDS)
            .maxInboundMessageSize(OVERSIZE_FACTOR * config.limits().maxFrameBytes())
            .maxInboundMetadataSize(config.limits().maxMetadataBytes())
            .maxConcurrentCallsPerConnection(config.limits().maxStreamsPerConnection())
            .maxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
            .flowControlWindow(FLOW_CONTROL_WINDOW)
            .keepAliveTime(1, TimeUnit.MINUTES)
            .keepAliveTimeout(20, TimeUnit.SECONDS)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConnectionIdle(config.connectionMaxIdle().toSeconds(), TimeUnit.SECONDS);
    eventLoops
        .givingUpAfter(config.limits().stallTimeout().multipliedBy(STALLS))
        .forEach(builder::withChildOption);
    builder.addTransportFilter(turns);
    builder.addStreamTracerFactory(inbound);
    for (ServerServiceDefinition service : services) {
      builder.addService(ServerInterceptors.intercept(service, calls, turns, ends));
    }
    builder.addService(health.service());
    builder.addService(ChannelzService.newInstance(CHANNELZ_PAGE));
    if (config.reflection()) {
      builder.addService(ProtoReflectionServiceV1.newInstance());
      builder.addService(olderReflection());
    }
    return builder.build();
  }

  /// Makes server channels whose connections are closed with patience, and listened to by
  /// [FirstBytes] and [InboundWatch] at first.
  private static ChannelFactory<ServerChannel> listening(
      ChannelFactory<ServerChannel> factory, InboundWatch inbound) {
    return () -> {
      ServerChannel channel = factory.newChannel();
      channel
          .pipeline()
          .addLast(
              new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object accepted) {
                  ((Channel) accepted)
                      .pipeline()
                      .addLast(
                          new LingeringClose(CLOSE_MILLIS),
                          new FirstBytes(),
                          inbound.onFirstBytes());
                  context.fireChannelRead(accepted);
                }
              });
      return channel;
    };
  }

  // The same under the name v1alpha, for the many tools that ask for no other.
  @SuppressWarnings("deprecation")
  private static BindableService olderReflection() {
    return ProtoReflectionService.newInstance();
  }
}
