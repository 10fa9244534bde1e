package dev.parley.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.assistant.v1.AssistantServiceGrpc;
import dev.parley.assistant.v1.ChatRequest;
import dev.parley.assistant.v1.ChatResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The stream in sessions, with time in hand and a server that does what the test says.
class AssistantStreamTest {
  private static final String SESSION = "s1";

  private final ManualLoop loop = new ManualLoop();
  private final Fake server = new Fake();
  private final List<ChatResponse> events = new ArrayList<>();
  private final List<ConnectionState> states = new ArrayList<>();
  private final AssistantClient client =
      ParleyClient.builder("server:1")
          .user("me")
          .channelFactory(_ -> server.channel())
          .environment(new Environment(loop, Runnable::run, Runnable::run, new SplittableRandom(1)))
          .buildAssistant(
              new AssistantListener() {
                @Override
                public void onEvent(ChatResponse event) {
                  events.add(event);
                }

                @Override
                public void onState(ConnectionState state) {
                  states.add(state);
                }
              });

  /// A service that pongs, and leaves all else to the test.
  private static final class Fake extends AssistantServiceGrpc.AssistantServiceImplBase {
    private static int count;

    private final String name = "assistant-" + count++;
    private final Server server;
    private final List<ManagedChannel> channels = new ArrayList<>();
    final List<Stream> streams = new ArrayList<>();
    boolean isMute;

    Fake() {
      try {
        server =
            InProcessServerBuilder.forName(name).directExecutor().addService(this).build().start();
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
    }

    ManagedChannel channel() {
      ManagedChannel channel = InProcessChannelBuilder.forName(name).directExecutor().build();
      channels.add(channel);
      return channel;
    }

    @Override
    public StreamObserver<ChatRequest> chat(StreamObserver<ChatResponse> out) {
      Stream stream = new Stream(out, isMute);
      streams.add(stream);
      return stream;
    }

    void close() {
      channels.forEach(ManagedChannel::shutdownNow);
      server.shutdownNow();
    }
  }

  private static final class Stream implements StreamObserver<ChatRequest> {
    private final StreamObserver<ChatResponse> out;
    boolean mute;
    final List<ChatRequest> received = new ArrayList<>();
    private boolean ended;

    Stream(StreamObserver<ChatResponse> out, boolean mute) {
      this.out = out;
      this.mute = mute;
    }

    void send(ChatResponse.Builder... responses) {
      for (ChatResponse.Builder response : responses) {
        if (!ended) {
          out.onNext(response.build());
        }
      }
    }

    void fail(Status status) {
      ended = true;
      out.onError(status.asRuntimeException());
    }

    @Override
    public void onNext(ChatRequest request) {
      if (request.getType() != ChatRequest.Type.PING) {
        received.add(request);
      } else if (!mute) {
        send(response(ChatResponse.Type.PONG, 0).setRequestId(request.getId()));
      }
    }

    @Override
    public void onError(Throwable cause) {
      ended = true;
    }

    @Override
    public void onCompleted() {
      if (!ended) {
        ended = true;
        out.onCompleted();
      }
    }
  }

  private static ChatResponse.Builder response(ChatResponse.Type type, long sequence) {
    return ChatResponse.newBuilder().setType(type).setSessionId(SESSION).setSequence(sequence);
  }

  private static ChatResponse.Builder chunk(long sequence) {
    return response(ChatResponse.Type.CHUNK, sequence).setChunkText("text " + sequence);
  }

  private static ChatResponse.Builder watching(ChatRequest wish, long after) {
    return response(ChatResponse.Type.WATCHING, after).setRequestId(wish.getId()).setEpoch(7);
  }

  private Stream last() {
    return server.streams.getLast();
  }

  private ChatRequest request(int index) {
    return last().received.get(index);
  }

  /// Connected, and watching a session of which it has seen up to a chunk.
  private void watchUpTo(long sequence) {
    assertThat(client.connect()).isCompleted();
    CompletableFuture<ChatResponse> begun = client.watch(SESSION);
    last().send(watching(request(0), 1));
    assertThat(begun).isCompleted();
    for (long next = 2; next <= sequence; next++) {
      last().send(chunk(next));
    }
  }

  private void breakOff() {
    last().fail(Status.UNAVAILABLE);
    loop.advance(Backoff.DEFAULT.cap());
  }

  private List<Long> places() {
    return events.stream()
        .filter(event -> event.getType() == ChatResponse.Type.CHUNK)
        .map(ChatResponse::getSequence)
        .toList();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void whatIsLongerThanAServerTakesIsRefusedAndNeverSent() {
    var _ = client.connect();
    CompletableFuture<ChatResponse> refused = client.ask(SESSION, "ü".repeat(32_768) + "x");
    assertThatThrownBy(refused::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(ParleyException.class)
        .hasMessage("message: 65537 bytes (expected: at most 65536) (TOO_LARGE)");
    var _ = client.ask(SESSION, "ü".repeat(32_768));
    assertThat(server.streams.getLast().received)
        .filteredOn(request -> request.getType() == ChatRequest.Type.MESSAGE)
        .extracting(request -> request.getMessageBytes().size())
        .containsExactly(65_536);
  }

  @Test
  void aBreakInMidAnswerLosesAndRepeatsNothing() {
    watchUpTo(5);
    breakOff();
    ChatRequest wish = request(0);
    assertThat(wish.getType()).isEqualTo(ChatRequest.Type.WATCH);
    assertThat(wish.getAfterSequence()).isEqualTo(5);
    assertThat(wish.getEpoch()).isEqualTo(7);
    last().send(watching(wish, 3), chunk(4), chunk(5), chunk(6), chunk(7));
    assertThat(places()).containsExactly(2L, 3L, 4L, 5L, 6L, 7L);
  }

  @Test
  void aGapBreaksTheStreamAndIsResumedBefore() {
    watchUpTo(5);
    last().send(chunk(7));
    loop.advance(Backoff.DEFAULT.cap());
    assertThat(server.streams).hasSize(2);
    assertThat(request(0).getAfterSequence()).isEqualTo(5);
    last().send(watching(request(0), 5), chunk(6), chunk(7));
    assertThat(places()).containsExactly(2L, 3L, 4L, 5L, 6L, 7L);
  }

  @Test
  void whoHasCaughtUpWithLessThanAllResumes() {
    watchUpTo(5);
    last().send(response(ChatResponse.Type.CAUGHT_UP, 6));
    loop.advance(Backoff.DEFAULT.cap());
    assertThat(server.streams).hasSize(2);
  }

  @Test
  void whatWasNotAcknowledgedIsAskedAgainUnderItsIdAfterTheWatch() {
    watchUpTo(2);
    CompletableFuture<ChatResponse> ack = client.ask(SESSION, "why?");
    String id = request(1).getId();
    breakOff();
    assertThat(last().received)
        .extracting(ChatRequest::getType)
        .containsExactly(ChatRequest.Type.WATCH, ChatRequest.Type.MESSAGE);
    assertThat(request(1).getId()).isEqualTo(id);
    assertThat(ack).isNotDone();
    last().send(response(ChatResponse.Type.ACK, 3).setRequestId(id));
    assertThat(ack.join().getSequence()).isEqualTo(3);
    breakOff();
    assertThat(last().received).hasSize(1);
  }

  @Test
  void whatIsSaidWithoutAConnectionGoesOutWithTheNext() {
    CompletableFuture<ChatResponse> ack = client.ask(SESSION, "why?");
    var _ = client.connect();
    assertThat(request(0).getMessage()).isEqualTo("why?");
    assertThat(ack).isNotDone();
  }

  @Test
  void whoAsksInASessionWatchesItFromThenOn() {
    var _ = client.connect();
    var _ = client.ask(SESSION, "why?");
    last().send(response(ChatResponse.Type.WATCHING, 4), chunk(5));
    assertThat(places()).containsExactly(5L);
    breakOff();
    assertThat(request(0).getAfterSequence()).isEqualTo(5);
  }

  @Test
  void aRefusalTellsWhyAndOneForTheMomentIsTriedAgain() {
    watchUpTo(2);
    CompletableFuture<ChatResponse> ack = client.ask(SESSION, "why?");
    String id = request(1).getId();
    last()
        .send(
            response(ChatResponse.Type.ERROR, 0)
                .setRequestId(id)
                .setReason("OVERLOADED")
                .setRetryAfter(Protos.duration(500)));
    loop.advance(Duration.ofSeconds(1));
    assertThat(request(2).getId()).isEqualTo(id);
    last()
        .send(
            response(ChatResponse.Type.ERROR, 0)
                .setRequestId(id)
                .setReason("LIMIT_REACHED")
                .setErrorMessage("17 messages wait"));
    assertThatThrownBy(ack::join)
        .cause()
        .isInstanceOfSatisfying(
            ParleyException.class,
            refused -> assertThat(refused.reason()).isEqualTo("LIMIT_REACHED"))
        .hasMessageContaining("17 messages wait");
    assertThat(places()).hasSize(1);
  }

  @Test
  void whatIsTriedAgainIsNotOvertakenInItsSession() {
    var _ = client.connect();
    var _ = client.ask(SESSION, "first");
    var _ = client.ask(SESSION, "second");
    var _ = client.ask("s2", "elsewhere");
    assertThat(last().received)
        .extracting(ChatRequest::getMessage)
        .containsExactly("first", "elsewhere");
    last()
        .send(
            response(ChatResponse.Type.ERROR, 0)
                .setRequestId(request(0).getId())
                .setReason("OVERLOADED")
                .setRetryAfter(Protos.duration(500)));
    loop.advance(Duration.ofSeconds(1));
    last().send(response(ChatResponse.Type.ACK, 0).setRequestId(request(2).getId()));
    assertThat(last().received)
        .extracting(ChatRequest::getMessage)
        .containsExactly("first", "elsewhere", "first", "second");
  }

  @Test
  void aSessionThatIsGoneAfterABreakIsToldAndForgotten() {
    watchUpTo(2);
    breakOff();
    last()
        .send(
            response(ChatResponse.Type.ERROR, 0)
                .setRequestId(request(0).getId())
                .setReason("SESSION_NOT_FOUND"));
    assertThat(events.getLast().getReason()).isEqualTo("SESSION_NOT_FOUND");
    breakOff();
    assertThat(last().received).isEmpty();
  }

  @Test
  void aWatchThatIsRefusedFailsItsFutureAlone() {
    var _ = client.connect();
    CompletableFuture<ChatResponse> begun = client.watch(SESSION, 3, 7);
    last()
        .send(
            response(ChatResponse.Type.ERROR, 0)
                .setRequestId(request(0).getId())
                .setReason("SESSION_NOT_FOUND"));
    assertThat(begun).isCompletedExceptionally();
    assertThat(events).isEmpty();
  }

  @Test
  void aRestoredServerIsToldAndFollowedFromWhereItSays() {
    watchUpTo(5);
    breakOff();
    last().send(watching(request(0), 2).setReset(true).setEpoch(8), chunk(3));
    assertThat(places()).endsWith(5L, 3L);
    breakOff();
    assertThat(request(0).getAfterSequence()).isEqualTo(3);
    assertThat(request(0).getEpoch()).isEqualTo(8);
  }

  @Test
  void whoDisconnectsStaysAwayUntilHeConnectsAndMissesNothing() {
    watchUpTo(3);
    client.disconnect();
    loop.advance(Duration.ofMinutes(5));
    assertThat(server.streams).hasSize(1);
    CompletableFuture<@Nullable Void> again = client.connect();
    assertThat(again).isCompleted();
    last().send(watching(request(0), 3), chunk(4));
    assertThat(places()).containsExactly(2L, 3L, 4L);
  }

  @Test
  void whoDisconnectsWhileItTriesToConnectHasNoStreamLeft() {
    server.isMute = true;
    CompletableFuture<@Nullable Void> connected = client.connect();
    client.disconnect();
    assertThat(connected).isCompletedExceptionally();
    loop.advance(Duration.ofMinutes(5));
    assertThat(server.streams).hasSize(1);
  }

  @Test
  void whatIsWatchedNoMoreIsNeitherToldNorResumed() {
    watchUpTo(3);
    client.unwatch(SESSION);
    assertThat(request(1).getType()).isEqualTo(ChatRequest.Type.UNWATCH);
    last().send(chunk(4));
    assertThat(places()).containsExactly(2L, 3L);
    breakOff();
    assertThat(last().received).isEmpty();
  }

  @Test
  void whatStillComesOfAnEarlierWatchDoesNotCount() {
    watchUpTo(5);
    CompletableFuture<ChatResponse> anew = client.watch(SESSION, 2, 7);
    last().send(chunk(6));
    assertThat(anew).isNotDone();
    last().send(watching(request(1), 2), chunk(3), chunk(4));
    assertThat(places()).containsExactly(2L, 3L, 4L, 5L, 3L, 4L);
  }

  @Test
  void aDrainingServerIsLeftForTheNext() {
    watchUpTo(2);
    last().send(response(ChatResponse.Type.DRAIN, 0).setRetryAfter(Protos.duration(2_000)));
    CompletableFuture<ChatResponse> ack = client.ask(SESSION, "why?");
    last().send(chunk(3));
    loop.advance(Duration.ofSeconds(3));
    assertThat(server.streams).hasSize(2);
    assertThat(last().received)
        .extracting(ChatRequest::getType)
        .containsExactly(ChatRequest.Type.WATCH, ChatRequest.Type.MESSAGE);
    assertThat(request(0).getAfterSequence()).isEqualTo(3);
    assertThat(ack).isNotDone();
  }

  @Test
  void aServerThatIsSilentForLongIsGivenUpAndComeBackTo() {
    watchUpTo(2);
    last().mute = true;
    loop.advance(Duration.ofMinutes(2));
    assertThat(states).anyMatch(ConnectionState.Reconnecting.class::isInstance);
    assertThat(server.streams).hasSizeGreaterThan(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void breaksAnywhereLoseAndRepeatNothing(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    watchUpTo(1);
    long journal = 1;
    long sent = 1;
    while (sent < 200) {
      journal += random.nextInt(5);
      while (sent < journal && random.nextInt(10) > 0) {
        last().send(chunk(++sent));
      }
      if (random.nextInt(4) == 0) {
        breakOff();
        sent = Math.max(0, request(0).getAfterSequence() - random.nextInt(3));
        last().send(watching(request(0), sent));
      }
    }
    List<Long> all = new ArrayList<>();
    for (long place = 2; place <= places().getLast(); place++) {
      all.add(place);
    }
    assertThat(places()).isEqualTo(all).hasSizeGreaterThan(150);
  }
}
