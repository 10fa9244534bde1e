package dev.parley.server.model;

import static dev.parley.server.model.ModelServiceTest.question;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.parley.core.access.OpenAuthenticator;
import dev.parley.core.limit.Limits;
import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.time.Clock;
import dev.parley.model.v1.Answer;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.models.Allowances;
import dev.parley.models.Gateway;
import dev.parley.models.Prices;
import dev.parley.models.ProviderKind;
import dev.parley.models.ProviderSettings;
import dev.parley.models.Quota;
import dev.parley.server.rpc.Calls;
import dev.parley.testkit.http.FakeProvider;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whole answers have room together, from their first piece until their clients have taken them.
@Timeout(60)
class HeldWholeAnswerTest {
  private static final int ALL = 1 << 20;
  private static final int LONG = 300_000;
  private static final String PIECE =
      "{\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}";
  private static final String END =
      "{\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";

  private final EventLoopGroup eventLoops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private volatile int pieces = 1;
  private volatile boolean ends = true;
  private final FakeProvider provider =
      new FakeProvider(
          exchange -> {
            exchange.stream();
            for (int i = 0; i < pieces; i++) {
              exchange.data(PIECE.formatted("x".repeat(LONG / 10)));
            }
            if (!ends) {
              exchange.stall();
            }
            exchange.data(END);
            exchange.chunk("data: [DONE]\n\n");
            exchange.end();
          });
  private Gateway gateway;
  private MemoryBudget memory;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void open() throws Exception {
    Calls calls = new Calls(new OpenAuthenticator(Set.of()));
    gateway =
        new Gateway(
            List.of(ProviderSettings.of("fake", ProviderKind.COMPATIBLE, provider.url(), "key")),
            Prices.NONE,
            eventLoops,
            new SimpleMeterRegistry(),
            2 * ALL);
    memory = gateway.memory();
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
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .flowControlWindow(64 << 10)
            .build();
  }

  @AfterEach
  void close() throws Exception {
    channel.shutdownNow();
    server.shutdownNow();
    gateway.close();
    provider.close();
    var _ = eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private static ChatRequest hello() {
    return question("q", "hello").setModel("fake/m").build();
  }

  private boolean hasLeft(long bytes) {
    try (MemoryBudget.Share probe = memory.share()) {
      return probe.resize(bytes);
    }
  }

  private void awaitAllLeft() throws InterruptedException {
    while (!hasLeft(ALL)) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private Answer whole() {
    return ModelServiceGrpc.newBlockingStub(channel).chat(hello()).getAnswer();
  }

  @Test
  void oneWithoutRoomEndsWithWhatThereIsOfIt() throws Exception {
    pieces = 30;
    StatusRuntimeException full = assertThrows(StatusRuntimeException.class, this::whole);
    assertThat(full.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(full).hasMessageContaining("memory");
    var details = StatusProto.fromThrowable(full).getDetailsList();
    assertThat(details.getFirst().unpack(ModelError.class).getKind())
        .isEqualTo(ModelError.Kind.KIND_OVERLOADED);
    assertThat(details.getLast().unpack(Answer.class).getText()).startsWith("xxx");
    awaitAllLeft();
    pieces = 10;
    assertThat(whole().getText()).hasSize(LONG);
    awaitAllLeft();
  }

  @Test
  void oneIsHeldUntilItsClientHasTakenIt() throws Exception {
    pieces = 10;
    CompletableFuture<Status> closed = new CompletableFuture<>();
    ClientCall<ChatRequest, ChatResponse> call =
        channel.newCall(ModelServiceGrpc.getChatMethod(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            closed.complete(status);
          }
        },
        new Metadata());
    call.sendMessage(hello());
    call.halfClose();
    while (hasLeft(ALL - LONG)) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    TimeUnit.MILLISECONDS.sleep(500); // it is whole by then, and most of it waits to be taken
    assertThat(hasLeft(ALL - LONG)).isFalse();
    call.request(2);
    assertThat(closed.get(30, TimeUnit.SECONDS).isOk()).isTrue();
    awaitAllLeft();
  }

  @Test
  void oneThatNobodyWantsAnyMoreIsLetGo() throws Exception {
    pieces = 10;
    ends = false;
    var answer = ModelServiceGrpc.newFutureStub(channel).chat(hello());
    while (hasLeft(ALL - LONG)) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    answer.cancel(true);
    awaitAllLeft();
  }
}
