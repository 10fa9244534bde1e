package dev.parley.client;

import static dev.parley.client.Protos.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/// How events reach the client's user, and what happens when he is slow.
class EventsTest {

  /// Callbacks that run when the test says.
  private final Queue<Runnable> callbacks = new ArrayDeque<>();

  @Test
  void listenerThatThrowsMissesNothingAndStopsNobody() {
    List<Long> seen = new ArrayList<>();
    ChatListener broken =
        new ChatListener() {
          @Override
          public void onEvent(ChatEvent event) {
            seen.add(event.getSequence());
            throw new IllegalStateException("broken listener");
          }

          @Override
          public void onState(ConnectionState state) {
            throw new IllegalStateException("broken listener");
          }
        };
    try (Rig rig = new Rig(b -> b.listener(broken)).connectedTo("a")) {
      seen.clear();
      rig.server.last().send(message("a", 1), message("a", 2));
      assertThat(seen).containsExactly(1L, 2L);
      assertThat(rig.server.streams).hasSize(1);
    }
  }

  @Test
  void slowListenerStopsTheReadingAboveTheHighMarkUntilTheLowMark() {
    try (Rig rig = new Rig(0, callbacks::add, b -> b.buffer(20, 5)).connectedTo("a")) {
      runCallbacks();
      rig.events.clear();
      FakeServer.Stream stream = rig.server.last();
      for (int i = 0; i < 50; i++) {
        stream.sendBatch(message("a", 2 * i + 1), message("a", 2 * i + 2));
      }
      assertThat(stream.isReady()).isFalse();
      int deliveredAtMost = 0;
      while (!callbacks.isEmpty()) {
        int before = rig.events.size();
        callbacks.remove().run();
        deliveredAtMost = Math.max(deliveredAtMost, rig.events.size() - before);
      }
      assertThat(rig.sequences()).hasSize(100).isSorted();
      assertThat(deliveredAtMost).isLessThanOrEqualTo(20 + 2);
      assertThat(stream.isReady()).isTrue();
    }
  }

  @Test
  void bufferHoldsTheHighMarkAndOneBatchAtMost() {
    Probe probe = new Probe();
    int[] consumed = new int[1];
    ClientInterceptor counter =
        new ClientInterceptor() {
          @Override
          public <Q, P> ClientCall<Q, P> interceptCall(
              MethodDescriptor<Q, P> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
              @Override
              public void request(int messages) {
                consumed[0] += messages;
                super.request(messages);
              }
            };
          }
        };
    FakeServer other = new FakeServer();
    try (other;
        Rig rig =
            new Rig(
                b ->
                    b.buffer(20, 5)
                        .channelFactory(
                            target ->
                                InProcessChannelBuilder.forName(other.name())
                                    .directExecutor()
                                    .intercept(counter)
                                    .build()))) {
      rig.client.events().subscribe(probe);
      rig.forget(rig.client.connect());
      rig.forget(rig.client.join("a", JoinFrom.after(0, 0)));
      other.last().send(Protos.joined(other.last().received.getLast(), 0, 0));
      int before = consumed[0];
      for (int i = 0; i < 50; i++) {
        other.last().sendBatch(message("a", 2 * i + 1), message("a", 2 * i + 2));
      }
      // One event, room_joined, waits already; ten batches of two pass the mark of 20.
      assertThat(consumed[0] - before).isEqualTo(9);
      probe.subscription.request(100);
      assertThat(probe.seen).hasSize(100);
    }
  }

  @Test
  void clientThatDoesNotReadShowsThatItLives() {
    try (Rig rig = new Rig(0, callbacks::add, b -> b.buffer(2, 1)).connectedTo("a")) {
      runCallbacks();
      FakeServer.Stream stream = rig.server.last();
      for (int i = 1; i <= 10; i++) {
        stream.send(message("a", i));
      }
      rig.advance(120_000);
      assertThat(stream.cancelled).isFalse();
      assertThat(stream.requests().stream().filter(ChatRequest::hasPing).count())
          .isBetween(4L, 20L);
      runCallbacks();
      assertThat(rig.sequences()).hasSize(10);
    }
  }

  @Test
  void statesComeInOrderWithEvents() {
    List<String> seen = new ArrayList<>();
    ChatListener listener =
        new ChatListener() {
          @Override
          public void onEvent(ChatEvent event) {
            seen.add("event");
          }

          @Override
          public void onState(ConnectionState state) {
            seen.add(state.getClass().getSimpleName());
          }
        };
    try (Rig rig = new Rig(0, callbacks::add, b -> b.listener(listener)).connectedTo("a")) {
      rig.server.last().send(message("a", 1));
      rig.server.last().fail(Status.UNAVAILABLE);
      runCallbacks();
      assertThat(seen).containsExactly("Connecting", "Connected", "event", "event", "Reconnecting");
    }
  }

  @Test
  void subscriberGetsNoMoreThanItAskedForAndNothingIsLost() {
    Probe probe = new Probe();
    try (Rig rig = new Rig(b -> b.buffer(10, 2))) {
      rig.client.events().subscribe(probe);
      rig.connectedTo("a");
      FakeServer.Stream stream = rig.server.last();
      for (int i = 1; i <= 100; i++) {
        stream.send(message("a", i));
      }
      assertThat(probe.seen).isEmpty();
      assertThat(stream.isReady()).isFalse();
      probe.subscription.request(1);
      assertThat(probe.seen).hasSize(1).first().matches(ChatEvent::hasRoomJoined);
      probe.subscription.request(3);
      assertThat(probe.seen).hasSize(4);
      probe.subscription.request(Long.MAX_VALUE);
      assertThat(probe.seen).hasSize(101);
      assertThat(rig.events).isEmpty();
      rig.client.close();
      assertThat(probe.completed).isTrue();
    }
  }

  @Test
  void secondSubscriberIsRefused() {
    Probe first = new Probe();
    Probe second = new Probe();
    try (Rig rig = new Rig()) {
      Flow.Publisher<ChatEvent> events = rig.client.events();
      events.subscribe(first);
      events.subscribe(second);
      assertThat(first.failure).isNull();
      assertThat(second.failure).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void cancelledSubscriberHoldsNothingUp() {
    Probe probe = new Probe();
    try (Rig rig = new Rig(b -> b.buffer(4, 2))) {
      rig.client.events().subscribe(probe);
      rig.connectedTo("a");
      for (int i = 1; i <= 20; i++) {
        rig.server.last().send(message("a", i));
      }
      probe.subscription.cancel();
      var sent = rig.client.send("a", "still alive");
      rig.server.last().send(Protos.ack(rig.server.last().received.getLast(), 21));
      assertThat(sent).isCompleted();
      assertThat(probe.seen).isEmpty();
    }
  }

  @Test
  void badDemandEndsTheSubscription() {
    Probe probe = new Probe();
    try (Rig rig = new Rig()) {
      rig.client.events().subscribe(probe);
      probe.subscription.request(0);
      assertThat(probe.failure).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private void runCallbacks() {
    while (!callbacks.isEmpty()) {
      callbacks.remove().run();
    }
  }

  /// Remembers what it is told.
  private static final class Probe implements Flow.Subscriber<ChatEvent> {
    final List<ChatEvent> seen = new ArrayList<>();
    Flow.Subscription subscription;
    Throwable failure;
    boolean completed;

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      this.subscription = subscription;
    }

    @Override
    public void onNext(ChatEvent event) {
      seen.add(event);
    }

    @Override
    public void onError(Throwable cause) {
      failure = cause;
    }

    @Override
    public void onComplete() {
      completed = true;
    }
  }
}
