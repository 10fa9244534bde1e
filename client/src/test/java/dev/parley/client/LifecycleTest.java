package dev.parley.client;

import static dev.parley.client.Protos.ack;
import static dev.parley.client.Protos.drain;
import static dev.parley.client.Protos.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.Ping;
import dev.parley.chat.v1.Pong;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LifecycleTest {

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {"OK"},
      mode = EnumSource.Mode.EXCLUDE)
  void fatalStatusStopsAndTransientStatusConnectsAgain(Status.Code code) {
    try (Rig rig = new Rig().connectedTo("a")) {
      CompletableFuture<?> unanswered = rig.client.send("a", "hello");
      rig.server.last().fail(code.toStatus().withDescription("why"));
      rig.reconnect();
      if (ErrorClass.of(code) == ErrorClass.FATAL) {
        assertThat(rig.server.streams).hasSize(1);
        assertThat(unanswered).isCompletedExceptionally();
        assertThat(rig.states.getLast()).isInstanceOf(ConnectionState.Closed.class);
        assertThat(rig.client.send("a", "later")).isCompletedExceptionally();
      } else {
        assertThat(rig.server.streams).hasSize(2);
        assertThat(unanswered).isNotDone();
      }
    }
  }

  @Test
  void connectFailsOnlyForGood() {
    try (Rig rig = new Rig()) {
      rig.server.onHello = (stream, hello) -> stream.fail(Status.UNAVAILABLE);
      CompletableFuture<?> welcome = rig.client.connect();
      rig.advance(10_000);
      assertThat(welcome).isNotDone();
      rig.server.onHello = (stream, hello) -> stream.fail(Status.UNAUTHENTICATED);
      rig.advance(60_000);
      assertThatThrownBy(welcome::join).hasCauseInstanceOf(ParleyException.class);
    }
  }

  @Test
  void failedTryGetsANewChannelAndALongerBound() {
    try (Rig rig = new Rig()) {
      rig.server.onHello = (stream, hello) -> stream.fail(Status.UNAVAILABLE);
      rig.forget(rig.client.connect());
      rig.advance(300_000);
      assertThat(rig.server.targets.size()).isEqualTo(rig.server.streams.size()).isGreaterThan(8);
      for (ConnectionState.Reconnecting state : rig.states(ConnectionState.Reconnecting.class)) {
        assertThat(state.delay().toNanos())
            .isBetween(0L, Backoff.DEFAULT.boundNanos(state.attempt() - 1));
      }
    }
  }

  @Test
  void attemptsCountAnewAfterAStableConnection() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.server.last().fail(Status.UNAVAILABLE);
      rig.advance(200);
      rig.server.last().fail(Status.UNAVAILABLE);
      rig.advance(20_000);
      rig.server.last().fail(Status.UNAVAILABLE);
      assertThat(rig.states(ConnectionState.Reconnecting.class))
          .extracting(ConnectionState.Reconnecting::attempt)
          .containsExactly(2, 3, 1);
    }
  }

  @Test
  void serverThatNeverWelcomesIsGivenUp() {
    try (Rig rig = new Rig()) {
      rig.server.onHello = (stream, hello) -> {};
      rig.forget(rig.client.connect());
      rig.advance(15_000);
      assertThat(rig.server.streams.getFirst().cancelled).isTrue();
      assertThat(rig.states(ConnectionState.Reconnecting.class).getFirst().cause().reason())
          .isEqualTo("CLIENT_NO_WELCOME");
    }
  }

  @Test
  void pingIsAnsweredWithPong() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.server.last().send(ChatEvent.newBuilder().setPing(Ping.newBuilder().setNonce(9)).build());
      assertThat(rig.server.last().received.getLast().getPong().getNonce()).isEqualTo(9);
      assertThat(rig.events).isEmpty();
    }
  }

  @Test
  void silentServerIsAskedThenLeft() {
    try (Rig rig = new Rig().connectedTo("a")) {
      var silent = rig.server.last();
      rig.advance(29_000);
      assertThat(silent.received.getLast().hasPing()).isFalse();
      rig.advance(6_000);
      assertThat(silent.received.getLast().hasPing()).isTrue();
      assertThat(silent.cancelled).isFalse();
      rig.advance(10_000);
      assertThat(silent.cancelled).isTrue();
      rig.advance(1_000);
      assertThat(rig.server.streams).hasSize(2);
    }
  }

  @Test
  void pingMeasuresTheRoundTripAndFailsWithTheConnection() {
    try (Rig rig = new Rig()) {
      assertThat(rig.client.ping()).isCompletedExceptionally();
      rig.connectedTo("a");
      CompletableFuture<Duration> answered = rig.client.ping();
      long nonce = rig.server.last().received.getLast().getPing().getNonce();
      rig.advance(30);
      rig.server
          .last()
          .send(ChatEvent.newBuilder().setPong(Pong.newBuilder().setNonce(nonce)).build());
      assertThat(answered.join()).isEqualTo(Duration.ofMillis(30));
      CompletableFuture<Duration> lost = rig.client.ping();
      rig.server.last().fail(Status.UNAVAILABLE);
      assertThat(lost).isCompletedExceptionally();
    }
  }

  @Test
  void drainMovesToTheNamedServerWithinTheGivenTime() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.advance(20_000);
      rig.server.last().send(message("a", 1), drain("other:2", 4_000), message("a", 2));
      rig.forget(rig.client.send("a", "not to the old one"));
      ConnectionState.Draining state = rig.states(ConnectionState.Draining.class).getFirst();
      assertThat(state.delay()).isBetween(Duration.ZERO, Duration.ofSeconds(4));
      rig.advance(4_000);
      assertThat(rig.server.streams).hasSize(2);
      assertThat(rig.server.streams.getFirst().halfClosed).isTrue();
      assertThat(rig.server.streams.getFirst().messageIds()).isEmpty();
      assertThat(rig.server.targets).containsExactly(Rig.TARGET, "other:2");
      assertThat(rig.server.last().hello().getHello().getRooms(0).getSequence()).isEqualTo(2);
      assertThat(rig.server.last().messageIds()).hasSize(1);
    }
  }

  @Test
  void namedServerThatDoesNotAnswerIsLeftForTheFirstOne() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.advance(20_000);
      rig.server.onHello = (stream, hello) -> stream.fail(Status.UNAVAILABLE);
      rig.server.last().send(drain("other:2", 0));
      rig.advance(60_000);
      assertThat(rig.server.targets.subList(0, 3))
          .containsExactly(Rig.TARGET, "other:2", Rig.TARGET);
    }
  }

  @Test
  void serverThatDrainsAgainAndAgainIsNotStormed() {
    try (Rig rig = new Rig()) {
      rig.server.onHello =
          (stream, hello) -> {
            stream.welcome();
            stream.send(drain("", 0));
          };
      rig.forget(rig.client.connect());
      rig.advance(60_000);
      assertThat(rig.server.streams.size()).isBetween(2, 40);
    }
  }

  @Test
  void closeWaitsForTheLastAnswerThenEndsTheStream() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.forget(rig.client.send("a", "last words"));
      ChatRequest request = rig.server.last().received.getLast();
      CompletableFuture<Integer> closed = rig.client.closeAsync(Duration.ofSeconds(10));
      assertThat(rig.server.last().halfClosed).isFalse();
      assertThat(rig.client.send("a", "too late")).isCompletedExceptionally();
      rig.server.last().send(ack(request, 1));
      assertThat(rig.server.last().halfClosed).isTrue();
      assertThat(closed.join()).isZero();
      assertThat(rig.states.getLast()).isEqualTo(new ConnectionState.Closed(null));
    }
  }

  @Test
  void closeWaitsThroughABreak() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.forget(rig.client.send("a", "last words"));
      CompletableFuture<Integer> closed = rig.client.closeAsync(Duration.ofSeconds(60));
      rig.server.last().fail(Status.UNAVAILABLE);
      rig.advance(20_000);
      rig.server.last().send(ack(rig.server.last().received.getLast(), 1));
      assertThat(closed.join()).isZero();
    }
  }

  @Test
  void closeSaysHowManyRequestsWereNotAnswered() {
    try (Rig rig = new Rig().connectedTo("a")) {
      CompletableFuture<?> one = rig.client.send("a", "1");
      rig.forget(rig.client.send("a", "2"));
      CompletableFuture<Integer> closed = rig.client.closeAsync(Duration.ofSeconds(3));
      rig.advance(3_000);
      assertThat(closed.join()).isEqualTo(2);
      assertThat(one).isCompletedExceptionally();
      assertThatThrownBy(rig.client::close)
          .isInstanceOf(ParleyException.class)
          .hasMessageContaining("2 requests");
    }
  }

  @Test
  void closingAClientThatNeverConnectedEndsAtOnce() {
    try (Rig rig = new Rig()) {
      assertThat(rig.client.close(Duration.ofSeconds(1))).isZero();
      assertThat(rig.client.connect()).isCompletedExceptionally();
    }
  }

  @Test
  void closeWithoutConnectionAndWithoutRequestsEndsAtOnce() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.server.onHello = (stream, hello) -> {};
      rig.server.last().fail(Status.UNAVAILABLE);
      assertThat(rig.client.close(Duration.ofSeconds(1))).isZero();
      rig.advance(60_000);
      assertThat(rig.server.streams).hasSize(1);
    }
  }
}
