package dev.parley.server.model;

import static dev.parley.server.model.ModelServiceTest.question;
import static dev.parley.server.model.ModelServiceTest.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import dev.parley.testkit.http.FakeProvider;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A server that goes away says so to those who ask models, and lets what is under way come to its
/// end.
@Timeout(60)
class ModelDrainTest {
  private static final String SHORT = "word ".repeat(40);
  private static final String LONG = "word ".repeat(1_000);

  private volatile FakeProvider.Script script = FakeProvider.Exchange::stall;
  private final FakeProvider provider = new FakeProvider(exchange -> script.play(exchange));
  private final CompletableFuture<Void> stopping = new CompletableFuture<>();

  @RegisterExtension final ServerExtension server = stoppingWithin("8s");
  @RegisterExtension final ServerExtension hasty = stoppingWithin("200ms");

  private ServerExtension stoppingWithin(String grace) {
    return new ServerExtension()
        .with(Setting.DRAIN_GRACE, grace)
        .withLines(
            """
            provider.fake.kind = compatible
            provider.fake.base-url = %s
            provider.fake.key = fake-key
            """
                .formatted(provider.url()));
  }

  @AfterEach
  void close() throws IOException {
    provider.close();
  }

  private static ModelServiceTest.Stream stream(ServerExtension server) {
    return new ModelServiceTest.Stream(server.connect(), Integer.MAX_VALUE);
  }

  private static CompletableFuture<Void> stop(ServerExtension server) {
    return CompletableFuture.runAsync(server::stop);
  }

  private static void assertEnded(ModelServiceTest.Stream stream) throws Exception {
    Status end = stream.ended().get(30, TimeUnit.SECONDS);
    assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(end.getDescription()).isEqualTo("the server goes away");
  }

  @Test
  void whatIsUnderWayComesToItsEndAndNothingNewBegins() throws Exception {
    ModelServiceTest.Stream stream = stream(server);
    stream.send(question("q1", SHORT).build());
    assertThat(stream.next().hasStarted()).isTrue();
    CompletableFuture<Void> stopped = stop(server);
    List<ChatResponse> all = new ArrayList<>();
    do {
      all.add(stream.next());
      if (all.getLast().hasDrain()) {
        stream.send(question("q2", "too late").build());
      }
    } while (!all.getLast().hasFinished());

    assertThat(all)
        .filteredOn(ChatResponse::hasDrain)
        .singleElement()
        .satisfies(
            told -> {
              assertThat(told.getRequestId()).isEmpty();
              assertThat(told.getDrain().getGrace())
                  .isEqualTo(Duration.newBuilder().setSeconds(8).build());
              assertThat(told.getDrain().hasReconnectWithin()).isTrue();
            });
    assertThat(all)
        .filteredOn(ChatResponse::hasError)
        .singleElement()
        .satisfies(
            refused -> {
              assertThat(refused.getRequestId()).isEqualTo("q2");
              assertThat(refused.getError().getKind()).isEqualTo(ModelError.Kind.KIND_OVERLOADED);
              assertThat(refused.getError().hasRetryAfter()).isTrue();
            });
    assertThat(text(all)).contains(SHORT.strip());
    assertThat(all.getLast().getRequestId()).isEqualTo("q1");
    assertEnded(stream);
    stopped.join();
  }

  @Test
  void aStreamWithNothingUnderWayEndsAtOnce() throws Exception {
    ModelServiceTest.Stream stream = stream(server);
    stream.send(question("q1", "hello").build());
    assertThat(stream.answer().getLast().hasFinished()).isTrue();
    CompletableFuture<Void> stopped = stop(server);
    assertThat(stream.next().hasDrain()).isTrue();
    assertEnded(stream);
    stopped.join();
  }

  @Test
  void streamsAndCallsThatComeTooLateAreRefused() throws Exception {
    ModelServiceTest.Stream early = stream(server);
    early.send(question("q1", LONG).build());
    assertThat(early.next().hasStarted()).isTrue();
    ManagedChannel connected = server.connect();
    var calls = ModelServiceGrpc.newBlockingStub(connected);
    assertThat(calls.chat(question("q", "hello").build()).hasAnswer()).isTrue();
    CompletableFuture<Void> stopped = stop(server);
    while (!early.next().hasDrain()) {
      // the answer goes on
    }
    assertThatThrownBy(() -> calls.chat(question("q", "hello").build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getDescription()).isEqualTo("the server goes away"));
    assertEnded(new ModelServiceTest.Stream(connected, Integer.MAX_VALUE));
    early.cancel();
    stopped.join();
  }

  @Test
  void aWholeAnswerThatIsUnderWayComesToItsEnd() throws Exception {
    script =
        exchange -> {
          exchange.stream();
          stopping.join();
          exchange.data("{\"choices\":[{\"delta\":{\"content\":\"all of it\"}}]}");
          exchange.data("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
          exchange.data("[DONE]");
          exchange.end();
        };
    ManagedChannel channel = server.connect();
    ModelServiceTest.Stream witness = new ModelServiceTest.Stream(channel, Integer.MAX_VALUE);
    witness.send(question("q", LONG).build());
    assertThat(witness.next().hasStarted()).isTrue();
    var call =
        ModelServiceGrpc.newFutureStub(channel)
            .chat(question("q", "hello").setModel("fake/m").build());
    provider.awaitRequests(1);
    CompletableFuture<Void> stopped = stop(server);
    while (!witness.next().hasDrain()) {
      // the answer goes on
    }
    witness.cancel();
    stopping.complete(null);
    assertThat(call.get(30, TimeUnit.SECONDS).getAnswer().getText()).isEqualTo("all of it");
    stopped.join();
  }

  @Test
  void whatIsUnderWayWhenTheTimeIsOverIsToldSo() throws Exception {
    ManagedChannel channel = hasty.connect();
    var call =
        ModelServiceGrpc.newFutureStub(channel)
            .chat(question("q", "hello").setModel("fake/m").build());
    provider.awaitRequests(1);
    ModelServiceTest.Stream stream = new ModelServiceTest.Stream(channel, Integer.MAX_VALUE);
    stream.send(question("q1", LONG).build());
    assertThat(stream.next().hasStarted()).isTrue();
    stream.send(question("q2", LONG).build());
    while (!stream.next().getRequestId().equals("q2")) {
      // the other answer goes on
    }
    stop(hasty).join();
    assertEnded(stream);
    List<ChatResponse> all = new ArrayList<>(stream.got());
    assertThat(all)
        .filteredOn(ChatResponse::hasError)
        .hasSize(2)
        .allMatch(piece -> piece.getError().getKind() == ModelError.Kind.KIND_OVERLOADED)
        .allMatch(piece -> piece.getError().hasRetryAfter())
        .extracting(ChatResponse::getRequestId)
        .containsExactlyInAnyOrder("q1", "q2");
    assertThatThrownBy(() -> call.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("the server goes away");
  }
}
