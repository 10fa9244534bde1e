package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.classic.ChatMessage;
import dev.parley.classic.User;
import dev.parley.client.AnswerStream;
import dev.parley.client.ParleyClient;
import dev.parley.client.ParleyException;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.Role;
import dev.parley.model.v1.Turn;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server that is told to stop: it says so, ends its streams, keeps what it acknowledged, and
/// exits with 0, however many are there and whatever they do.
class StopIT {
  private static final int NATIVE_STREAMS = 150;
  private static final int CLASSIC_STREAMS = 100;
  private static final int SECONDS = 10;

  @TempDir Path data;

  @Test
  void manyBusyStreamsAreDrainedAndWhatWasAcknowledgedIsKept() throws Exception {
    RandomGenerator random = Seed.generator("StopIT");
    int port = ServerProcess.freePort(random);
    Ledger ledger = new Ledger();
    ServerProcess server = ServerProcess.start(data, port, "--drain-grace", "3s");
    List<RawStream> natives = new ArrayList<>();
    // Or megabytes of each stream would be here, ahead of the word that the server stops.
    ManagedChannel channel = RawStream.narrow(server.address());
    try (Crowd crowd = new Crowd(server.address(), ledger)) {
      for (int i = 0; i < NATIVE_STREAMS; i++) {
        natives.add(RawStream.open(channel, "native-" + i, Map.of("general", 0L)));
      }
      List<CompletableFuture<Status>> classics = new ArrayList<>();
      for (int i = 0; i < CLASSIC_STREAMS; i++) {
        classics.add(openClassic(channel, "classic-" + i));
      }
      natives.forEach(stream -> stream.next(ChatEvent.EventCase.CAUGHT_UP));
      List<CompletableFuture<Status>> ends = new ArrayList<>(classics);
      natives.forEach(stream -> ends.add(awaitDrained(stream)));
      crowd.awaitAcks(500);
      server.signal("TERM");
      assertThat(server.exitCode(SECONDS)).as(server.log()).isZero();
      for (CompletableFuture<Status> end : ends) {
        assertThat(end.get(SECONDS, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      }
      assertThat(server.log()).contains("closed " + data).doesNotContain("ERROR");
      Map<String, Long> told = ledger.ends();

      server = ServerProcess.start(data, port);
      ledger.check(Journal.read(server.address(), Crowd.ROOMS), told);
      crowd.awaitAcks(100);
      crowd.finish();
      server.stop();
    } finally {
      channel.shutdownNow();
      natives.forEach(RawStream::close);
      server.close();
    }
  }

  /// Reads until the server says that it goes away, and then to the end.
  private static CompletableFuture<Status> awaitDrained(RawStream stream) {
    CompletableFuture<Status> end = new CompletableFuture<>();
    var _ =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    stream.next(ChatEvent.EventCase.DRAIN);
                    end.complete(stream.awaitEnd());
                  } catch (AssertionError e) {
                    end.completeExceptionally(e);
                  }
                });
    return end;
  }

  private static CompletableFuture<Status> openClassic(ManagedChannel channel, String user) {
    CompletableFuture<Status> end = new CompletableFuture<>();
    StreamObserver<ChatMessage> requests =
        dev.parley.classic.ChatServiceGrpc.newStub(channel)
            .chat(
                new StreamObserver<>() {
                  @Override
                  public void onNext(dev.parley.classic.ChatEvent event) {}

                  @Override
                  public void onError(Throwable failure) {
                    end.complete(Status.fromThrowable(failure));
                  }

                  @Override
                  public void onCompleted() {
                    end.complete(Status.OK);
                  }
                });
    requests.onNext(ChatMessage.newBuilder().setSender(User.newBuilder().setId(user)).build());
    return end;
  }

  @Test
  void anAnswerOfAModelComesToItsEndAndNoOtherBegins() throws Exception {
    String words = "word ".repeat(80).strip(); // four seconds at the pace of the simulated model
    try (ServerProcess server = ServerProcess.start(data, 0, "--drain-grace", "8s");
        ParleyClient client = ParleyClient.builder(server.address()).user("ada").build();
        AnswerStream answer = client.ask(question(words))) {
      assertThat(answer.next()).matches(ChatResponse::hasStarted);
      server.signal("TERM");
      Await.until(
          Duration.ofSeconds(SECONDS),
          () -> "it says that it stops",
          () -> server.log().contains("stopping"));
      try (AnswerStream late = client.ask(question("too late?"))) {
        assertThatThrownBy(late::next)
            .isInstanceOfSatisfying(
                ParleyException.class, e -> assertThat(e.reason()).isEqualTo("DRAINING"));
      }
      StringBuilder text = new StringBuilder();
      ChatResponse last = null;
      for (ChatResponse piece = answer.next(); piece != null; piece = answer.next()) {
        text.append(piece.getText());
        last = piece;
      }
      assertThat(last).isNotNull().matches(ChatResponse::hasFinished);
      assertThat(text.toString()).contains(words);
      assertThat(server.exitCode(SECONDS)).as(server.log()).isZero();
    }
  }

  private static ChatRequest question(String text) {
    return ChatRequest.newBuilder()
        .setRequestId("q")
        .setModel("simulated")
        .addTurns(Turn.newBuilder().setRole(Role.ROLE_USER).setText(text))
        .build();
  }

  @Test
  void interruptFromTheKeyboardDrainsToo() throws IOException {
    assumeFalse(
        Processes.ignoreInterrupts(), "interrupts are ignored here (run it in the foreground)");
    try (ServerProcess server = ServerProcess.start(data, 0);
        RawStream stream = RawStream.open(server.address(), "ada", Map.of("general", 0L))) {
      stream.sayAcknowledged("general", "ada-1");
      server.signal("INT");
      stream.next(ChatEvent.EventCase.DRAIN);
      assertThat(stream.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(server.exitCode(SECONDS)).as(server.log()).isZero();
    }
  }

  @Test
  void serverThatIsToldToStopWhileItStartsEndsAndStartsAgain() {
    RandomGenerator random = Seed.generator("StopIT");
    for (int i = 0; i < 3; i++) {
      try (ServerProcess server = ServerProcess.launch(data, 0)) {
        Await.pause(Duration.ofMillis(random.nextInt(100, 1_500)));
        server.signal("TERM");
        // 143: that early, the signal ends the Java machine, which has not yet begun with anything
        assertThat(server.exitCode(SECONDS)).as(server.log()).isIn(0, 143);
        if (server.log().contains("opened")) {
          assertThat(server.exitCode(SECONDS)).as(server.log()).isZero();
        }
      }
    }
    try (ServerProcess server = ServerProcess.start(data, 0)) {
      server.stop();
    }
  }
}
