package dev.parley.server.model;

import static dev.parley.server.model.ModelServiceTest.question;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import dev.parley.testkit.http.FakeProvider;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What the provider sees of a caller who does not read, or leaves.
@Timeout(60)
class ModelCallerTest {
  private static final int WINDOW_BYTES = 64 << 10;
  private static final int MAX_QUESTIONS = 3;
  private static final String FILLER =
      "{\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}"
          .formatted("x".repeat(60_000));

  private volatile FakeProvider.Script script = FakeProvider.Exchange::stall;
  private final FakeProvider provider = new FakeProvider(exchange -> script.play(exchange));

  @RegisterExtension
  final ServerExtension server =
      new ServerExtension()
          .with(Setting.STALL_TIMEOUT, "2s")
          .withLines(
              """
              provider.fake.kind = compatible
              provider.fake.base-url = %s
              provider.fake.key = fake-key
              provider.fake.max-questions = %d
              """
                  .formatted(provider.url(), MAX_QUESTIONS));

  @AfterEach
  void close() throws IOException {
    provider.close();
  }

  @Test
  void whoDoesNotReadMakesTheProviderWait() throws Exception {
    int count = 1_000;
    script =
        exchange -> {
          exchange.stream();
          for (int i = 0; i < count; i++) {
            exchange.data(FILLER);
          }
          exchange.data(
              "{\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
          exchange.chunk("data: [DONE]\n\n");
          exchange.end();
        };
    var stream = new ModelServiceTest.Stream(server.connect(WINDOW_BYTES), 0);
    stream.send(question("q", "hello").setModel("fake/m").build());
    provider.awaitRequests(1);
    long before = -1;
    for (long now = 0; now != before; now = provider.written()) {
      before = now;
      TimeUnit.MILLISECONDS.sleep(500);
    }
    assertThat(before).as("bytes that the provider got rid of").isLessThan(30_000_000L);
    stream.read(Integer.MAX_VALUE);
    List<ChatResponse> answer = new ArrayList<>(stream.answer());
    assertThat(answer.getLast().hasFinished()).isTrue();
    assertThat(ModelServiceTest.text(answer)).hasSize(count * 60_000);
  }

  @Test
  void whoReadsNothingGivesHisPlacesBack() throws Exception {
    script =
        exchange -> {
          exchange.stream();
          while (true) {
            exchange.data(FILLER);
          }
        };
    var stalled = new ModelServiceTest.Stream(server.connect(WINDOW_BYTES), 0);
    for (int i = 0; i < MAX_QUESTIONS; i++) {
      stalled.send(question("q" + i, "hello").setModel("fake/m").build());
    }
    provider.awaitRequests(MAX_QUESTIONS);
    var other = new ModelServiceTest.Stream(server.connect(), Integer.MAX_VALUE);
    other.send(question("o1", "hello").setModel("fake/m").build());
    assertThat(other.answer().getLast().getError().getKind())
        .isEqualTo(ModelError.Kind.KIND_RATE_LIMITED);
    while (provider.closed() < MAX_QUESTIONS) {
      server.passTime();
    }
    stalled.read(Integer.MAX_VALUE);
    Status end = stalled.ended().get(30, TimeUnit.SECONDS);
    assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(end.getDescription()).contains("nothing was read for");
    other.send(question("o2", "hello").setModel("fake/m").build());
    assertThat(other.next().hasStarted()).isTrue();
    other.cancel();
  }

  @Test
  void whoDoesNotTakeTheEndEitherLosesTheConnection() throws Exception {
    script =
        exchange -> {
          exchange.stream();
          while (true) {
            exchange.data(FILLER);
          }
        };
    ManagedChannel connection = server.connect(WINDOW_BYTES);
    var stalled = new ModelServiceTest.Stream(connection, 0);
    stalled.send(question("q", "hello").setModel("fake/m").build());
    provider.awaitRequests(1);
    assertThat(connection.getState(false)).isEqualTo(ConnectivityState.READY);
    while (connection.getState(false) == ConnectivityState.READY) {
      server.passTime();
    }
    assertThat(provider.closed()).isEqualTo(1);
  }

  @Test
  void whoGivesAWholeAnswerUpIsAskedForNoMore() throws Exception {
    var answer =
        ModelServiceGrpc.newFutureStub(server.connect())
            .chat(question("q", "hello").setModel("fake/m").build());
    provider.awaitRequests(1);
    answer.cancel(true);
    provider.awaitClosed(1);
  }
}
