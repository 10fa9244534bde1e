package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.CreateRoomRequest;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.chat.v1.SearchMessagesRequest;
import dev.parley.client.JoinFrom;
import dev.parley.client.OutgoingMessage;
import dev.parley.client.ParleyClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A small team on a small machine: 50 people in 10 rooms, 200 messages a second for 20 seconds,
/// history and search now and then. With the options that the launcher takes where there is little
/// memory, the server never has more than 256 MiB in use, and keeps all its promises.
class SmallMemoryIT {
  private static final long MAX_BYTES = 256L << 20;
  private static final int PEOPLE = 50;
  private static final int ROOMS_EACH = 3;
  private static final int SECONDS = Integer.getInteger("parley.small.seconds", 20);
  private static final int MESSAGES_PER_SECOND = 200;
  private static final Duration PACE = Duration.ofSeconds(1).dividedBy(MESSAGES_PER_SECOND);
  private static final int CALL_EVERY = 20;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final List<String> ROOMS =
      IntStream.range(0, 10).mapToObj(i -> "room-" + i).toList();

  @TempDir Path data;
  private final Ledger ledger = new Ledger();
  private final List<ParleyClient> clients = new ArrayList<>();
  private final List<Watcher> watchers = new ArrayList<>();

  @AfterEach
  void close() {
    for (ParleyClient client : clients) {
      var _ = client.closeAsync(Duration.ZERO);
    }
  }

  @Test
  void smallTeamNeedsLittleMemory() throws Exception {
    RandomGenerator random = Seed.generator("SmallMemoryIT");
    try (ServerProcess server = ServerProcess.startSmall(data)) {
      long idle = server.residentBytes();
      for (int i = 0; i < PEOPLE; i++) {
        enter(server, i);
      }
      long connected = server.residentBytes();
      int said = talk(random);
      Await.until(
          PATIENCE,
          () -> "%d of %d messages are acknowledged".formatted(ledger.acknowledged(), said),
          () -> ledger.acknowledged() == said);
      Journal journal = Journal.read(server.address(), ROOMS);
      ledger.check(journal, ledger.ends());
      watchers.forEach(watcher -> awaitEnd(watcher, journal));
      ledger.assertNoContradiction();
      long peak = server.peakResidentBytes();
      System.out.printf(
          "SmallMemoryIT: %d MiB before, %d with %d connections, at most %d while %,d messages"
              + " pass%n",
          idle >> 20, connected >> 20, PEOPLE, peak >> 20, said);
      assertThat(peak).isLessThan(MAX_BYTES);
      assertThat(server.log("WARN")).isEmpty();
      assertThat(server.log("ERROR")).isEmpty();
      server.stop();
    }
  }

  private void enter(ServerProcess server, int number) throws Exception {
    Watcher watcher = new Watcher(user(number), ledger, true);
    ParleyClient client =
        ParleyClient.builder(server.address()).user(user(number)).listener(watcher).build();
    clients.add(client);
    watchers.add(watcher);
    client.connect().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (number == 0) {
      ROOMS.forEach(
          room -> client.createRoom(CreateRoomRequest.newBuilder().setRoomId(room).build()));
    }
    for (int i = 0; i < ROOMS_EACH; i++) {
      client
          .join(room(number, i), JoinFrom.after(0, 0))
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static String user(int number) {
    return "u" + number;
  }

  /// One of the rooms that somebody is in.
  private static String room(int person, int which) {
    return ROOMS.get((person + which * ROOMS_EACH) % ROOMS.size());
  }

  /// @return how many messages were said
  private int talk(RandomGenerator random) {
    int count = SECONDS * MESSAGES_PER_SECOND;
    long begin = System.nanoTime();
    for (int i = 1; i <= count; i++) {
      Await.pause(Duration.ofNanos(begin + i * PACE.toNanos() - System.nanoTime()));
      int person = random.nextInt(PEOPLE);
      ParleyClient client = clients.get(person);
      String room = room(person, random.nextInt(ROOMS_EACH));
      String id = user(person) + "-" + i;
      var _ =
          client
              .send(OutgoingMessage.text(room, Words.of(id)).withId(id))
              .whenComplete(
                  (ack, failure) -> {
                    if (failure == null) {
                      ledger.acknowledged(user(person), ack);
                    } else {
                      ledger.contradiction("%s was not taken: %s".formatted(id, failure));
                    }
                  });
      if (i % CALL_EVERY == 0) {
        assertThat(
                client.history(GetHistoryRequest.newBuilder().setRoomId(room).setLimit(50).build()))
            .isNotEmpty();
        assertThat(
                client
                    .search(
                        SearchMessagesRequest.newBuilder()
                            .setRoomId(room)
                            .setQuery("this is")
                            .build())
                    .getMessagesCount())
            .isPositive();
      }
    }
    return count;
  }

  private static void awaitEnd(Watcher watcher, Journal journal) {
    watcher
        .cursors()
        .keySet()
        .forEach(
            room ->
                Await.until(
                    PATIENCE,
                    () -> "%s sees all of %s".formatted(watcher.name(), room),
                    () -> watcher.cursors().get(room) >= journal.rooms().get(room).size()));
  }
}
