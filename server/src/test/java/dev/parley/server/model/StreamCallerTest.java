package dev.parley.server.model;

import static dev.parley.server.model.ModelServiceTest.question;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.access.Authenticator;
import dev.parley.core.access.OpenAuthenticator;
import dev.parley.core.limit.Limits;
import dev.parley.core.time.Clock;
import dev.parley.models.Allowances;
import dev.parley.models.Gateway;
import dev.parley.models.Prices;
import dev.parley.models.ProviderSettings;
import dev.parley.models.Quota;
import dev.parley.server.rpc.Calls;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// When it is found out who asks on a stream of questions.
@Timeout(60)
class StreamCallerTest {
  private static final int QUESTIONS = 100;

  private final EventLoopGroup eventLoops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<Authenticator.Credentials> asked = new CopyOnWriteArrayList<>();
  private Gateway gateway;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void open() throws Exception {
    Authenticator open = new OpenAuthenticator(Set.of());
    Calls calls =
        new Calls(
            (credentials, claimed) -> {
              asked.add(credentials);
              return open.authenticate(credentials, claimed);
            });
    gateway =
        new Gateway(
            List.of(ProviderSettings.simulated().withOptions(Map.of("pace-ms", "0"))),
            Prices.NONE,
            eventLoops,
            new SimpleMeterRegistry(),
            64 << 20);
    ModelServices services =
        new ModelServices(
            gateway,
            new KnownModels(gateway, Clock.system(), eventLoops),
            calls,
            Limits.Tunable.defaults(),
            new Allowances(Quota.DEFAULT),
            0);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    services
        .all()
        .forEach(service -> builder.addService(ServerInterceptors.intercept(service, calls)));
    server = builder.build().start();
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("parley-user", Metadata.ASCII_STRING_MARSHALLER), "ann");
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
            .build();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.shutdownNow();
    gateway.close();
    var _ = eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  @Test
  void aStreamIsAuthenticatedOnceHoweverMuchIsAsked() throws Exception {
    ModelServiceTest.Stream stream = new ModelServiceTest.Stream(channel, Integer.MAX_VALUE);
    for (int i = 0; i < QUESTIONS; i++) {
      stream.send(question("q" + i, "hello").build());
      assertThat(stream.answer().getLast().hasFinished()).isTrue();
    }
    assertThat(asked)
        .singleElement()
        .satisfies(credentials -> assertThat(credentials.user()).isEqualTo("ann"));
    ModelServiceTest.Stream another = new ModelServiceTest.Stream(channel, Integer.MAX_VALUE);
    another.send(question("q", "hello").build());
    another.answer();
    assertThat(asked).hasSize(2);
  }
}
