package dev.parley.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import dev.parley.server.config.ServerConfig;
import dev.parley.server.config.Setting;
import dev.parley.server.config.Settings;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.channelz.v1.ChannelzGrpc;
import io.grpc.channelz.v1.GetServersRequest;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// What those who run a server ask it: health, reflection, channelz.
@Timeout(60)
class OperationsTest {
  private static final List<String> SERVICES =
      List.of("parley.chat.v1.ChatService", "parley.chat.v1.RoomService", "chat.ChatService");

  @RegisterExtension
  private final ServerExtension server = new ServerExtension().with(Setting.DRAIN_GRACE, "300ms");

  @RegisterExtension
  private final ServerExtension closed = new ServerExtension().with(Setting.REFLECTION, "off");

  @RegisterExtension
  private final ServerExtension small = new ServerExtension().with(Setting.MAX_CONNECTIONS, "2");

  private static HealthCheckRequest health(String service) {
    return HealthCheckRequest.newBuilder().setService(service).build();
  }

  private static Inbox<ServerReflectionRequest, ServerReflectionResponse, ServerReflectionResponse>
      reflect(Channel channel, ServerReflectionRequest.Builder request) {
    Inbox<ServerReflectionRequest, ServerReflectionResponse, ServerReflectionResponse> inbox =
        Inbox.of(List::of);
    var unused = ServerReflectionGrpc.newStub(channel).serverReflectionInfo(inbox);
    inbox.call().onNext(request.build());
    return inbox;
  }

  @Test
  void theServerAndEachServiceIsServing() {
    HealthGrpc.HealthBlockingStub calls = HealthGrpc.newBlockingStub(server.connect());
    assertThat(calls.check(health("")).getStatus()).isEqualTo(ServingStatus.SERVING);
    for (String service : SERVICES) {
      assertThat(calls.check(health(service)).getStatus())
          .as(service)
          .isEqualTo(ServingStatus.SERVING);
    }
    StatusRuntimeException unknown =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> calls.check(health("no.such.Service")));
    assertThat(unknown.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void connectionsBeyondTheLimitAreClosedUntilOthersEnd() {
    ManagedChannel first = small.connect();
    serving(first);
    serving(small.connect());
    ManagedChannel third = small.connect();
    HealthGrpc.HealthBlockingStub refused = HealthGrpc.newBlockingStub(third);
    StatusRuntimeException status =
        catchThrowableOfType(StatusRuntimeException.class, () -> refused.check(health("")));
    assertThat(status.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    first.shutdownNow();
    serving(third);
  }

  private static void serving(Channel channel) {
    HealthCheckResponse health =
        HealthGrpc.newBlockingStub(channel)
            .withWaitForReady()
            .withDeadlineAfter(5, TimeUnit.SECONDS)
            .check(health(""));
    assertThat(health.getStatus()).isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void aServerThatDrainsIsNotServing() {
    Inbox<HealthCheckRequest, HealthCheckResponse, HealthCheckResponse> watch = Inbox.of(List::of);
    HealthGrpc.newStub(server.connect()).watch(health(""), watch);
    watch.await(response -> response.getStatus() == ServingStatus.SERVING);
    CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::stop);
    watch.await(response -> response.getStatus() == ServingStatus.NOT_SERVING);
    stopped.join();
  }

  @Test
  void anAddressThatIsTakenIsToldBeforeAnyDataIsTouched(@TempDir Path folder) throws Exception {
    assertTaken(folder, Setting.LISTEN, Setting.HTTP);
    assertTaken(folder, Setting.HTTP, Setting.LISTEN);
  }

  private static void assertTaken(Path folder, Setting setting, Setting other) throws Exception {
    Path data = folder.resolve("data");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      ServerConfig config =
          ServerConfig.of(
              Settings.gather(
                  null,
                  Map.of(),
                  Map.of(setting, address, other, "127.0.0.1:0", Setting.DATA, data.toString())));
      assertThatThrownBy(() -> ParleyServer.start(config, "test"))
          .isInstanceOf(ServerException.class)
          .hasMessageStartingWith("cannot listen on " + address + ": Address already in use")
          .hasMessageContaining("--" + setting.key());
    }
    assertThat(data).doesNotExist();
  }

  @Test
  void reflectionListsTheServices() {
    var answers =
        reflect(server.connect(), ServerReflectionRequest.newBuilder().setListServices(""));
    ServerReflectionResponse answer =
        answers.await(ServerReflectionResponse::hasListServicesResponse);
    assertThat(answer.getListServicesResponse().getServiceList())
        .extracting(ServiceResponse::getName)
        .containsAll(SERVICES);
  }

  @Test
  void reflectionDescribesEachService() throws Exception {
    for (String service : SERVICES) {
      var answers =
          reflect(
              server.connect(),
              ServerReflectionRequest.newBuilder().setFileContainingSymbol(service));
      ServerReflectionResponse answer =
          answers.await(ServerReflectionResponse::hasFileDescriptorResponse);
      FileDescriptorProto file =
          FileDescriptorProto.parseFrom(
              answer.getFileDescriptorResponse().getFileDescriptorProto(0));
      assertThat(service).startsWith(file.getPackage() + ".");
      assertThat(file.getServiceList()).anyMatch(each -> service.endsWith("." + each.getName()));
    }
  }

  @Test
  void reflectionAnswersToItsOldNameToo() {
    Inbox<
            io.grpc.reflection.v1alpha.ServerReflectionRequest,
            io.grpc.reflection.v1alpha.ServerReflectionResponse,
            io.grpc.reflection.v1alpha.ServerReflectionResponse>
        inbox = Inbox.of(List::of);
    var unused =
        io.grpc.reflection.v1alpha.ServerReflectionGrpc.newStub(server.connect())
            .serverReflectionInfo(inbox);
    inbox
        .call()
        .onNext(
            io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
                .setListServices("")
                .build());
    var answer =
        inbox.await(io.grpc.reflection.v1alpha.ServerReflectionResponse::hasListServicesResponse);
    assertThat(answer.getListServicesResponse().getServiceList())
        .extracting(io.grpc.reflection.v1alpha.ServiceResponse::getName)
        .containsAll(SERVICES);
  }

  @Test
  void reflectionCanBeTurnedOff() {
    var answers =
        reflect(closed.connect(), ServerReflectionRequest.newBuilder().setListServices(""));
    assertThat(answers.end().getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  @Test
  void channelzAnswers() {
    assertThat(
            ChannelzGrpc.newBlockingStub(server.connect())
                .getServers(GetServersRequest.getDefaultInstance())
                .getServerList())
        .isNotEmpty()
        .anySatisfy(each -> assertThat(each.getData().getCallsStarted()).isPositive());
  }
}
