package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.CreateRoomRequest;
import dev.parley.client.Backoff;
import dev.parley.client.ClientBuilder;
import dev.parley.client.JoinFrom;
import dev.parley.client.OutgoingMessage;
import dev.parley.client.ParleyClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// People who talk in rooms as fast as the server lets them, for as long as it takes, whatever
/// happens to the server: clients of the library that talk and listen, one that only listens, one
/// without echo, one in strict order; and beside them raw streams ([RawPeers]) that listen, say
/// everything twice, and repeat what others said.
final class Crowd implements AutoCloseable {
  static final List<String> ROOMS = List.of("general", "random", "attic", "cellar");
  private static final int TALKERS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Backoff EAGER =
      new Backoff(Duration.ofMillis(20), Duration.ofMillis(300), Duration.ofSeconds(1));

  private final String address;
  private final Ledger ledger;
  private final List<ParleyClient> clients = new ArrayList<>();
  private final List<Watcher> watchers = new ArrayList<>();
  private final List<Thread> talkers = new ArrayList<>();
  private final AtomicLong unanswered = new AtomicLong();
  private final RawPeers rawPeers;
  private volatile boolean stopped;

  /// Comes in and begins to talk.
  Crowd(String address, Ledger ledger) throws Exception {
    this.address = address;
    this.ledger = ledger;
    for (int i = 0; i < TALKERS; i++) {
      ClientBuilder builder = ParleyClient.builder(address).outbox(128, 1 << 20);
      ParleyClient client = enter("u" + i, i != 1, i == 2 ? builder.strictOrder() : builder);
      int number = i;
      talkers.add(
          Thread.ofPlatform()
              .name("talker-" + i)
              .start(() -> talk(client, "u" + number, Seed.derived(number))));
    }
    enter("listener", true, ParleyClient.builder(address).buffer(64, 16));
    rawPeers = new RawPeers(address, ledger);
  }

  private ParleyClient enter(String user, boolean echo, ClientBuilder builder) throws Exception {
    Watcher watcher = new Watcher(user, ledger, echo);
    ParleyClient client =
        (echo ? builder : builder.withoutEcho())
            .user(user)
            .backoff(EAGER)
            .listener(watcher)
            .build();
    clients.add(client);
    watchers.add(watcher);
    client.connect().get(60, TimeUnit.SECONDS);
    for (String room : ROOMS) {
      if (user.equals("u0") && ROOMS.indexOf(room) > 1) {
        client.createRoom(CreateRoomRequest.newBuilder().setRoomId(room).build());
      }
      client.join(room, JoinFrom.after(0, 0)).get(60, TimeUnit.SECONDS);
    }
    return client;
  }

  private void talk(ParleyClient client, String user, RandomGenerator random) {
    try {
      for (int i = 1; !stopped; i++) {
        String room = ROOMS.get(random.nextInt(ROOMS.size()));
        String id = user + "-" + i;
        unanswered.incrementAndGet();
        var _ =
            client
                .sendBlocking(OutgoingMessage.text(room, Words.of(id)).withId(id))
                .whenComplete(
                    (ack, failure) -> {
                      if (failure == null) {
                        ledger.acknowledged(user, ack);
                      } else {
                        ledger.contradiction("%s was not taken: %s".formatted(id, failure));
                      }
                      unanswered.decrementAndGet();
                    });
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits for more acks.
  void awaitAcks(long more) {
    long goal = ledger.acknowledged() + more;
    Await.until(
        PATIENCE,
        () -> "%d acks (are: %d)".formatted(goal, ledger.acknowledged()),
        () -> ledger.acknowledged() >= goal);
    ledger.assertNoContradiction();
  }

  /// Stops talking, waits until all that was said has its answer and every listener has seen
  /// everything, and compares.
  void finish() throws InterruptedException {
    stopped = true;
    for (Thread talker : talkers) {
      talker.join(PATIENCE);
      assertThat(talker.isAlive()).isFalse();
    }
    rawPeers.stopTalking();
    Await.until(
        PATIENCE, () -> unanswered + " messages get their answer", () -> unanswered.get() == 0);
    Journal journal = Journal.read(address, ROOMS);
    ledger.check(journal, ledger.ends());
    for (Watcher watcher : watchers) {
      if (watcher.echo()) {
        awaitEnd(watcher.name(), watcher, journal);
      }
    }
    awaitEnd("raw listener", rawPeers.listener(), journal);
    ledger.assertNoContradiction();
  }

  private static void awaitEnd(String name, Watcher watcher, Journal journal) {
    journal
        .rooms()
        .forEach(
            (room, entries) ->
                Await.until(
                    PATIENCE,
                    () -> "%s sees all of %s: %s".formatted(name, room, watcher.cursors()),
                    () -> watcher.cursors().getOrDefault(room, 0L) >= entries.size()));
  }

  /// Figures for a report.
  String figures() {
    Map<String, Long> ends = ledger.ends();
    return "%,d entries in %d rooms, %,d acks, %,d repeats recognised, %,d entries shown"
        .formatted(
            ends.values().stream().mapToLong(Long::longValue).sum(),
            ends.size(),
            ledger.acknowledged(),
            ledger.repeated(),
            ledger.shown());
  }

  @Override
  public void close() {
    stopped = true;
    rawPeers.close();
    talkers.forEach(Thread::interrupt);
    for (ParleyClient client : clients) {
      var _ = client.closeAsync(Duration.ZERO);
    }
  }
}
