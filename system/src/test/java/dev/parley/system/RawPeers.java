package dev.parley.system;

import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.RoomPosition;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Peers that speak the protocol by hand, each on a thread of its own, and come back by themselves.
///
/// - A listener that checks the streams themselves: the library would mend a gap by resuming.
/// - Twins: two streams of one user that say the same messages with the same ids at the same time.
/// - A parrot that says again, with its author's name, what was acknowledged to others.
final class RawPeers implements AutoCloseable {
  private static final Duration COME_BACK = Duration.ofMillis(50);
  private static final int WINDOW = 8;

  /// What a server says that stops, and one whose disk has lost its power.
  private static final Set<String> GONE = Set.of("DRAINING", "STORAGE_UNAVAILABLE");

  private static final List<RoomPosition> TWINS_ROOM =
      List.of(RoomPosition.newBuilder().setRoomId(Crowd.ROOMS.getFirst()).build());

  private final String address;
  private final Ledger ledger;
  private final Watcher listener;
  private final List<Thread> talking = new ArrayList<>();
  private final Thread listening;
  private volatile boolean stopTalking;
  private volatile boolean closed;

  RawPeers(String address, Ledger ledger) {
    this.address = address;
    this.ledger = ledger;
    listener = new Watcher("raw listener", ledger, true);
    talking.add(start("twin-a", this::twin));
    talking.add(start("twin-b", this::twin));
    talking.add(start("parrot", () -> parrot(Seed.derived(100))));
    listening = start("raw-listener", this::listen);
  }

  private Thread start(String name, Runnable life) {
    return Thread.ofPlatform()
        .name(name)
        .start(
            () -> {
              try {
                life.run();
              } catch (AssertionError | RuntimeException e) {
                if (!closed) {
                  ledger.contradiction(name + " failed: " + e);
                }
              }
            });
  }

  /// What the listener has seen.
  Watcher listener() {
    return listener;
  }

  private void listen() {
    while (!closed) {
      try (RawStream stream = RawStream.open(address, "raw-listener", positions(listener))) {
        for (ChatEvent event = stream.next(); event != null && !closed; event = stream.next()) {
          listener.onEvent(event);
        }
      }
      Await.pause(COME_BACK);
    }
  }

  private static Map<String, Long> positions(Watcher watcher) {
    Map<String, Long> positions = new LinkedHashMap<>();
    Crowd.ROOMS.forEach(room -> positions.put(room, watcher.cursors().getOrDefault(room, 0L)));
    return positions;
  }

  private void twin() {
    ArrayDeque<Integer> unanswered = new ArrayDeque<>();
    int next = 1;
    while (!closed && !(stopTalking && unanswered.isEmpty())) {
      try (RawStream stream = RawStream.open(address, "twin", TWINS_ROOM)) {
        for (int number : unanswered) {
          twinSays(stream, number);
        }
        while (!closed && !(stopTalking && unanswered.isEmpty())) {
          while (unanswered.size() < WINDOW && !stopTalking) {
            unanswered.add(next);
            twinSays(stream, next++);
          }
          AckEvent ack = nextAck(stream);
          if (ack == null) {
            break;
          }
          ledger.acknowledged(Thread.currentThread().getName(), ack);
          if (!ack.getMessageId().equals("twin-" + unanswered.poll())) {
            ledger.contradiction("acks of one room out of order: " + ack);
          }
        }
      }
      Await.pause(COME_BACK);
    }
  }

  private static void twinSays(RawStream stream, int number) {
    stream.say(Crowd.ROOMS.getFirst(), "twin-" + number);
  }

  private void parrot(RandomGenerator random) {
    while (!closed && !stopTalking) {
      String room = Crowd.ROOMS.get(random.nextInt(Crowd.ROOMS.size()));
      long end = ledger.ends().getOrDefault(room, 0L);
      if (end > 0) {
        repeat(room, ledger.messageAt(room, random.nextLong(1, end + 1)));
      }
      Await.pause(COME_BACK);
    }
  }

  private void repeat(String room, String id) {
    if (id.isEmpty()) {
      return;
    }
    String author = id.substring(0, id.lastIndexOf('-'));
    try (RawStream stream = RawStream.open(address, author, Map.of())) {
      for (int i = 0; i < WINDOW; i++) {
        stream.say(room, id);
      }
      for (int i = 0; i < WINDOW; i++) {
        AckEvent ack = nextAck(stream);
        if (ack == null) {
          return;
        }
        ledger.acknowledged(Thread.currentThread().getName(), ack);
        if (!ack.getDuplicate()) {
          ledger.contradiction("told before, and yet new: " + ack);
        }
      }
    }
  }

  /// The next ack; null: come back, and say again what has no answer.
  private @Nullable AckEvent nextAck(RawStream stream) {
    for (ChatEvent event = stream.next(); event != null; event = stream.next()) {
      if (event.hasError() && GONE.contains(event.getError().getReason())) {
        return null;
      } else if (event.hasError()) {
        ledger.contradiction("refused: " + event.getError());
      } else if (event.hasAck()) {
        return event.getAck();
      }
    }
    return null;
  }

  /// Waits until the talking ones have got all their answers.
  void stopTalking() throws InterruptedException {
    stopTalking = true;
    for (Thread thread : talking) {
      thread.join(Duration.ofSeconds(60));
      if (thread.isAlive()) {
        ledger.contradiction(thread.getName() + " still waits for an answer");
      }
    }
  }

  @Override
  public void close() {
    stopTalking = true;
    closed = true;
    talking.forEach(Thread::interrupt);
    listening.interrupt();
  }
}
