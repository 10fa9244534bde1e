package dev.parley.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.chat.v1.Limits;
import dev.parley.chat.v1.WelcomeEvent;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The client on real threads and sockets, with a server that breaks every stream after a while.
@Timeout(60)
class RealSocketTest {

  private static final int SENDERS = 4;
  private static final int MESSAGES_EACH = 500;

  @Test
  void manyThreadsSendThroughBreaksWithoutLossOrRepeat() throws Exception {
    Sequencer sequencer = new Sequencer();
    Server server = NettyServerBuilder.forPort(0).addService(sequencer).build().start();
    Backoff quick =
        new Backoff(
            java.time.Duration.ofMillis(1),
            java.time.Duration.ofMillis(20),
            java.time.Duration.ZERO);
    ConcurrentLinkedQueue<CompletableFuture<AckEvent>> acks = new ConcurrentLinkedQueue<>();
    AtomicInteger concurrentCalls = new AtomicInteger();
    CountDownLatch closed = new CountDownLatch(1);
    ChatListener listener =
        new ChatListener() {
          @Override
          public void onState(ConnectionState state) {
            assertThat(concurrentCalls.incrementAndGet()).isEqualTo(1);
            concurrentCalls.decrementAndGet();
            if (state instanceof ConnectionState.Closed) {
              closed.countDown();
            }
          }
        };
    try (ParleyClient client =
        ParleyClient.builder("localhost:" + server.getPort())
            .user("me")
            .backoff(quick)
            .outbox(64, 1 << 20)
            .listener(listener)
            .build()) {
      client.connect().get(30, TimeUnit.SECONDS);
      try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int sender = 0; sender < SENDERS; sender++) {
          String room = "room-" + sender;
          senders.execute(() -> sendAll(client, room, acks));
        }
      }
      for (CompletableFuture<AckEvent> ack : acks) {
        assertThat(ack.get(30, TimeUnit.SECONDS).getSequence()).isPositive();
      }
    } finally {
      server.shutdownNow();
    }
    assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(acks).hasSize(SENDERS * MESSAGES_EACH);
    assertThat(sequencer.streams.get()).isGreaterThan(5);
    for (int sender = 0; sender < SENDERS; sender++) {
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < MESSAGES_EACH; i++) {
        expected.add("room-" + sender + "/" + i);
      }
      assertThat(sequencer.rooms.get("room-" + sender)).isEqualTo(expected);
    }
  }

  private static void sendAll(
      ParleyClient client, String room, ConcurrentLinkedQueue<CompletableFuture<AckEvent>> acks) {
    try {
      for (int i = 0; i < MESSAGES_EACH; i++) {
        acks.add(client.sendBlocking(OutgoingMessage.text(room, "text").withId(room + "/" + i)));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Gives each new id of a room the next sequence, and ends a stream after 150 requests without
  /// answering the last ones.
  private static final class Sequencer extends ChatServiceGrpc.ChatServiceImplBase {
    final ConcurrentHashMap<String, List<String>> rooms = new ConcurrentHashMap<>();
    final AtomicInteger streams = new AtomicInteger();
    private final AtomicLong requests = new AtomicLong();

    @Override
    public StreamObserver<ChatRequest> chat(StreamObserver<ChatEvent> out) {
      streams.incrementAndGet();
      return new StreamObserver<>() {
        private boolean ended;

        @Override
        public void onNext(ChatRequest request) {
          if (ended) {
            return;
          }
          if (request.hasHello()) {
            out.onNext(
                ChatEvent.newBuilder()
                    .setWelcome(
                        WelcomeEvent.newBuilder().setLimits(Limits.newBuilder().setMaxInFlight(16)))
                    .build());
            return;
          }
          long count = requests.incrementAndGet() % 150;
          int sequence = store(request);
          if (count == 0) {
            ended = true;
            out.onError(Status.UNAVAILABLE.withDescription("broken on purpose").asException());
          } else if (count < 145) {
            out.onNext(Protos.ack(request, sequence));
          }
        }

        @Override
        public void onError(Throwable cause) {
          ended = true;
        }

        @Override
        public void onCompleted() {
          if (!ended) {
            out.onCompleted();
          }
        }
      };
    }

    private int store(ChatRequest request) {
      List<String> ids = rooms.computeIfAbsent(request.getRoomId(), room -> new ArrayList<>());
      synchronized (ids) {
        if (!ids.contains(request.getId())) {
          ids.add(request.getId());
        }
        return ids.indexOf(request.getId()) + 1;
      }
    }
  }
}
