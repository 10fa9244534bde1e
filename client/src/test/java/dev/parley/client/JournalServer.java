package dev.parley.client;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.RoomPosition;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Gives a [FakeServer] rooms with journals, as the protocol has them: ids are taken once, events
/// follow each stream's position, own messages are left out where the stream wants no echo. Acks
/// and events wait until [#flush], which mixes them at random; a deaf stream takes requests and
/// answers none.
final class JournalServer {

  private final SplittableRandom random;
  private final Map<String, List<ChatEvent>> journals = new HashMap<>();
  private boolean mayGoDeaf = true;
  private int others;
  private int maxInFlight;

  // Of the present stream.
  private FakeServer.@Nullable Stream stream;
  private boolean echo;
  private boolean deaf;
  private final Map<String, Integer> cursors = new HashMap<>();
  private final Set<String> ownIds = new HashSet<>();
  private final List<ChatEvent> acks = new ArrayList<>();

  JournalServer(FakeServer server, SplittableRandom random) {
    this.random = random;
    server.onHello = this::hello;
    server.onRequest = this::request;
  }

  List<ChatEvent> journal(String room) {
    return journals.computeIfAbsent(room, name -> new ArrayList<>());
  }

  int maxInFlight() {
    return maxInFlight;
  }

  void sayAsOther(String room) {
    append(room, "other", "o" + others++);
  }

  /// The stream still takes requests, and is silent.
  void goDeaf() {
    deaf = mayGoDeaf;
  }

  void breakWith(Status status) {
    FakeServer.Stream broken = stream;
    stream = null;
    if (broken != null) {
      broken.fail(status);
    }
  }

  /// From now on all goes well.
  void heal() {
    mayGoDeaf = false;
    breakWith(Status.UNAVAILABLE);
  }

  /// Sends what waits, in an order that keeps each room's events and the acks in theirs.
  void flush() {
    FakeServer.Stream to = stream;
    if (to == null || deaf || to.ended) {
      return;
    }
    List<ChatEvent> out = new ArrayList<>();
    List<String> rooms = new ArrayList<>(cursors.keySet());
    while (true) {
      Collections.shuffle(rooms, new java.util.Random(random.nextLong()));
      ChatEvent next = random.nextBoolean() ? ack() : null;
      for (String room : rooms) {
        next = next == null ? event(room) : next;
      }
      next = next == null ? ack() : next;
      if (next == null) {
        break;
      }
      if (!next.equals(ChatEvent.getDefaultInstance())) {
        out.add(next);
      }
    }
    if (!out.isEmpty() && random.nextBoolean()) {
      to.sendBatch(out.toArray(ChatEvent[]::new));
    } else {
      to.send(out.toArray(ChatEvent[]::new));
    }
  }

  private @Nullable ChatEvent ack() {
    return acks.isEmpty() ? null : acks.removeFirst();
  }

  /// The next event of a room; the default instance where it is the client's own and not echoed.
  private @Nullable ChatEvent event(String room) {
    int seen = cursors.get(room);
    if (seen == journal(room).size()) {
      return null;
    }
    cursors.put(room, seen + 1);
    ChatEvent event = journal(room).get(seen);
    boolean own = ownIds.contains(event.getMessage().getId());
    return own && !echo ? ChatEvent.getDefaultInstance() : event;
  }

  private void hello(FakeServer.Stream from, ChatRequest hello) {
    stream = from;
    deaf = false;
    echo = !hello.getHello().getWithoutEcho();
    cursors.clear();
    ownIds.clear();
    acks.clear();
    from.welcome();
    for (RoomPosition room : hello.getHello().getRoomsList()) {
      join(room.getRoomId(), "", room.getSequence());
    }
  }

  private void request(FakeServer.Stream from, ChatRequest request) {
    switch (request.getActionCase()) {
      case JOIN -> join(request.getRoomId(), request.getId(), request.getJoin().getAfterSequence());
      case ACTION_NOT_SET -> {
        boolean known = sequenceOf(request) > 0;
        if (!known) {
          append(request.getRoomId(), "me", request.getId());
          ownIds.add(request.getId());
        }
        acks.add(Protos.ack(request, sequenceOf(request)));
        maxInFlight = Math.max(maxInFlight, acks.size());
      }
      default -> {}
    }
  }

  private void join(String room, String requestId, long after) {
    FakeServer.Stream to = stream;
    if (to != null && !deaf) {
      cursors.put(room, (int) after);
      to.send(Protos.joined(room, requestId, 1, after, journal(room).size(), false));
    }
  }

  private void append(String room, String author, String id) {
    journal(room).add(Protos.message(room, journal(room).size() + 1, author, id));
  }

  private long sequenceOf(ChatRequest request) {
    List<ChatEvent> journal = journal(request.getRoomId());
    for (int i = 0; i < journal.size(); i++) {
      if (journal.get(i).getMessage().getId().equals(request.getId())) {
        return i + 1L;
      }
    }
    return 0;
  }
}
