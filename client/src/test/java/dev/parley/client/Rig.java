package dev.parley.client;

import dev.parley.chat.v1.ChatEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/// A client and a fake server on the test's thread, with time in hand.
final class Rig implements AutoCloseable {

  static final String TARGET = "server:1";

  final ManualLoop loop = new ManualLoop();
  final FakeServer server = new FakeServer();
  final List<ChatEvent> events = new ArrayList<>();
  final List<ConnectionState> states = new ArrayList<>();
  final ParleyClient client;
  private final List<CompletableFuture<?>> forgotten = new ArrayList<>();

  Rig() {
    this(0, Runnable::run, builder -> builder);
  }

  Rig(UnaryOperator<ClientBuilder> change) {
    this(0, Runnable::run, change);
  }

  Rig(long seed, Executor callbacks, UnaryOperator<ClientBuilder> change) {
    ClientBuilder builder =
        ParleyClient.builder(TARGET)
            .user("me")
            .channelFactory(server::channel)
            .environment(
                new Environment(loop, callbacks, Runnable::run, new SplittableRandom(seed)))
            .listener(
                new ChatListener() {
                  @Override
                  public void onEvent(ChatEvent event) {
                    events.add(event);
                  }

                  @Override
                  public void onState(ConnectionState state) {
                    states.add(state);
                  }
                });
    client = change.apply(builder).build();
  }

  /// Connects, and enters a room at its beginning.
  Rig connectedTo(String room) {
    forget(client.connect());
    var joining = client.join(room, JoinFrom.after(0, 0));
    server.last().send(Protos.joined(server.last().received.getLast(), 0, 0));
    joining.join();
    events.clear();
    return this;
  }

  /// Marks an answer as one that the test does not look at.
  void forget(CompletableFuture<?> answer) {
    forgotten.add(answer);
  }

  /// Lets the time pass after which a client has connected again, after the first few failures.
  void reconnect() {
    advance(10 * Backoff.DEFAULT.base().toMillis());
  }

  List<Long> sequences() {
    return events.stream().filter(e -> e.getSequence() > 0).map(ChatEvent::getSequence).toList();
  }

  void advance(long millis) {
    loop.advance(Duration.ofMillis(millis));
  }

  <T extends ConnectionState> List<T> states(Class<T> type) {
    return states.stream().filter(type::isInstance).map(type::cast).toList();
  }

  @Override
  public void close() {
    server.close();
  }
}
