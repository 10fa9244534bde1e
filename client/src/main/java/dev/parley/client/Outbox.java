package dev.parley.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Requests from being made until being answered, in order. Owned by the loop; bounded by
/// [OutboxBudget].
///
/// A request is *waiting*, *sent*, or *held*: not to be sent before something else has happened in
/// its room. A room is held while a refused request of it waits for its retry time, so that later
/// ones do not overtake it; in strict order also while one of it is in flight.
final class Outbox {

  private final boolean strictOrder;
  private final Map<String, Pending<?>> byId = new HashMap<>();
  private final NavigableMap<Long, Pending<?>> waiting = new TreeMap<>();
  private final Map<String, Hold> holds = new HashMap<>();
  private final Map<String, Integer> onceSentByRoom = new HashMap<>();
  private long nextOrder;
  private int inFlight;

  /// What keeps a room's requests back, and which.
  private static final class Hold {
    int reasons;
    final NavigableMap<Long, Pending<?>> held = new TreeMap<>();
  }

  Outbox(boolean strictOrder) {
    this.strictOrder = strictOrder;
  }

  /// Takes a request in.
  ///
  /// @return the request of the same id that is there already; null: there was none, it is taken
  @Nullable Pending<?> add(Pending<?> request) {
    Pending<?> same = byId.putIfAbsent(request.id(), request);
    if (same != null) {
      return same;
    }
    request.order = nextOrder++;
    waiting.put(request.order, request);
    return null;
  }

  /// The next request to send, from now on sent; null: none may be.
  @Nullable Pending<?> next() {
    while (true) {
      Map.Entry<Long, Pending<?>> first = waiting.pollFirstEntry();
      if (first == null) {
        return null;
      }
      Pending<?> request = first.getValue();
      Hold hold = holds.get(request.room());
      if (hold != null) {
        hold.held.put(request.order, request);
        continue;
      }
      request.sent = true;
      inFlight++;
      if (!request.onceSent) {
        request.onceSent = true;
        onceSentByRoom.merge(request.room(), 1, Integer::sum);
      }
      if (strictOrder) {
        hold(request.room());
      }
      return request;
    }
  }

  /// The request of that id; null: there is none, or it was answered before.
  @Nullable Pending<?> get(String id) {
    return byId.get(id);
  }

  /// Takes an answered request out.
  void remove(Pending<?> request) {
    byId.remove(request.id());
    waiting.remove(request.order);
    Hold hold = holds.get(request.room());
    if (hold != null) {
      hold.held.remove(request.order);
    }
    unsend(request);
    if (request.onceSent) {
      onceSentByRoom.computeIfPresent(request.room(), (room, n) -> n == 1 ? null : n - 1);
    }
  }

  /// A request was refused for now: it goes back to its place, and nothing of its room is sent
  /// until [#release].
  void refused(Pending<?> request) {
    hold(request.room());
    unsend(request);
    waiting.put(request.order, request);
  }

  /// Ends one [#refused].
  void release(String room) {
    Hold hold = holds.get(room);
    if (hold != null && --hold.reasons == 0) {
      holds.remove(room);
      waiting.putAll(hold.held);
    }
  }

  /// A request is to be sent again on another connection.
  void sendAgain(Pending<?> request) {
    unsend(request);
    waiting.put(request.order, request);
  }

  /// The connection is gone: all that was sent waits again, in order.
  void sendAllAgain() {
    for (Pending<?> request : byId.values()) {
      if (request.sent) {
        sendAgain(request);
      }
    }
  }

  /// Rooms whose first request is to leave them.
  Set<String> leavingRooms() {
    Map<String, Pending<?>> first = new HashMap<>();
    for (Pending<?> request : byId.values()) {
      first.merge(request.room(), request, (a, b) -> a.order < b.order ? a : b);
    }
    first.values().removeIf(request -> !request.request().hasLeave());
    return first.keySet();
  }

  /// Requests sent and not answered.
  int inFlight() {
    return inFlight;
  }

  /// Requests of a room that may have been carried out: sent, on this stream or an earlier one, and
  /// not answered.
  int perhapsCarriedOut(String room) {
    return onceSentByRoom.getOrDefault(room, 0);
  }

  boolean isEmpty() {
    return byId.isEmpty();
  }

  /// Empties the outbox.
  ///
  /// @return what was in it, in order
  List<Pending<?>> clear() {
    List<Pending<?>> all = new ArrayList<>(byId.values());
    all.sort((a, b) -> Long.compare(a.order, b.order));
    byId.clear();
    waiting.clear();
    holds.clear();
    onceSentByRoom.clear();
    inFlight = 0;
    return all;
  }

  private void hold(String room) {
    holds.computeIfAbsent(room, name -> new Hold()).reasons++;
  }

  private void unsend(Pending<?> request) {
    if (!request.sent) {
      return;
    }
    request.sent = false;
    inFlight--;
    if (strictOrder) {
      release(request.room());
    }
  }
}
