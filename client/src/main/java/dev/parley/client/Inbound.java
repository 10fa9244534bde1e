package dev.parley.client;

import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.DrainEvent;
import dev.parley.chat.v1.ErrorEvent;
import dev.parley.chat.v1.RoomJoinedEvent;
import dev.parley.chat.v1.RoomPosition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes what the server sends: answers requests, keeps positions, passes each event on exactly
/// once. Owned by the loop.
final class Inbound {

  private static final Logger log = LoggerFactory.getLogger(Inbound.class);

  private final boolean echo;
  private final String userId;
  private final ChatSession session;
  private final Outbound outbound;
  private final EventSource events;
  private final Positions positions = new Positions();

  /// Rooms of hello that the server has not answered yet.
  private final Set<String> resuming = new HashSet<>();

  /// Joins of such rooms that were tried again: request id → room.
  private final Map<String, String> rejoins = new HashMap<>();

  Inbound(ClientConfig config, ChatSession session, Outbound outbound, EventSource events) {
    this.echo = config.echo();
    this.userId = config.user().getId();
    this.session = session;
    this.outbound = outbound;
    this.events = events;
  }

  /// The rooms to name in the hello of a new stream.
  List<RoomPosition> resume() {
    List<RoomPosition> rooms = positions.resume(outbound.outbox().leavingRooms());
    resuming.clear();
    rejoins.clear();
    rooms.forEach(room -> resuming.add(room.getRoomId()));
    return rooms;
  }

  /// Takes one message of the stream: an event, or a batch of them.
  void accept(Connection<ChatRequest, ChatEvent> connection, ChatEvent event) {
    if (event.getBatchCount() == 0) {
      route(connection, event);
      return;
    }
    for (ChatEvent one : event.getBatchList()) {
      if (!connection.hasEnded()) {
        route(connection, one);
      }
    }
  }

  private void route(Connection<ChatRequest, ChatEvent> connection, ChatEvent event) {
    switch (event.getEventCase()) {
      case WELCOME -> session.welcomed(event.getWelcome());
      case DRAIN -> session.draining(event.getDrain());
      case PING -> connection.send(Requests.pong(event.getPing().getNonce()));
      case PONG -> outbound.pong(event.getPong().getNonce());
      case ACK -> acked(connection, event);
      case ERROR -> refused(connection, event);
      case ROOM_JOINED -> joined(connection, event);
      case ROOM_CLOSED -> {
        left(event.getRoomClosed().getRoomId());
        events.event(event);
      }
      case CAUGHT_UP -> caughtUp(connection, event);
      case MESSAGE, MESSAGE_EDITED, MESSAGE_DELETED, REACTION, ROOM_UPDATED, MEMBER_CHANGED ->
          journaled(connection, event);
      case USER_JOINED,
          USER_LEFT,
          USER_TYPING,
          MESSAGE_READ,
          PRESENCE,
          USER_STATUS,
          MESSAGE_GROWING ->
          events.event(event);
      case EVENT_NOT_SET -> unknown(connection, event);
    }
  }

  /// An event of a kind that this client does not know; its place in the journal counts all the
  /// same.
  private void unknown(Connection<ChatRequest, ChatEvent> connection, ChatEvent event) {
    if (event.getSequence() > 0 && !event.getRoomId().isEmpty()) {
      journaled(connection, event);
    } else {
      events.event(event);
    }
  }

  private void journaled(Connection<ChatRequest, ChatEvent> connection, ChatEvent event) {
    String room = Events.roomOf(event);
    RoomCursor cursor = positions.cursor(room);
    if (cursor == null || event.getSequence() == 0) {
      log.debug("{} of room {} is out of place", event.getEventCase(), room);
      return;
    }
    long expected = cursor.last() + 1;
    boolean own = event.hasMessage() && isUnansweredOwn(event.getMessage());
    switch (cursor.accept(event.getSequence(), own, mayBeMissing(room))) {
      case DELIVER -> events.event(event);
      case REPEAT -> {}
      case GAP -> gap(connection, room, expected, event.getSequence());
    }
  }

  private void caughtUp(Connection<ChatRequest, ChatEvent> connection, ChatEvent event) {
    String room = event.getCaughtUp().getRoomId();
    RoomCursor cursor = positions.cursor(room);
    if (echo && cursor != null && event.getCaughtUp().getSequence() > cursor.last()) {
      gap(connection, room, cursor.last() + 1, event.getCaughtUp().getSequence() + 1);
    } else {
      events.event(event);
    }
  }

  private void joined(Connection<ChatRequest, ChatEvent> connection, ChatEvent event) {
    RoomJoinedEvent joined = event.getRoomJoined();
    String room = joined.getRoom().getId();
    Pending<?> request = outbound.outbox().get(joined.getRequestId());
    resuming.remove(room);
    rejoins.remove(joined.getRequestId());
    if (!positions.joined(joined, request != null)) {
      gap(connection, room, 0, joined.getAfterSequence() + 1);
      return;
    }
    events.event(event);
    if (request != null) {
      outbound.answered(request, event);
    }
  }

  private void acked(Connection<ChatRequest, ChatEvent> connection, ChatEvent event) {
    AckEvent ack = event.getAck();
    Pending<?> request = outbound.outbox().get(ack.getMessageId());
    if (request == null) {
      log.debug("ack of {}, which nobody waits for", ack.getMessageId());
      return;
    }
    outbound.answered(request, event);
    switch (request.request().getActionCase()) {
      case LEAVE -> left(request.room());
      case STATUS -> session.keepStatus(request.request().getStatus().getStatus());
      case ACTION_NOT_SET -> {
        RoomCursor cursor = positions.cursor(request.room());
        if (!echo && cursor != null) {
          settle(
              connection,
              request.room(),
              cursor.acked(ack.getSequence(), mayBeMissing(request.room())));
        }
      }
      default -> {}
    }
  }

  private void refused(Connection<ChatRequest, ChatEvent> connection, ChatEvent event) {
    ErrorEvent error = event.getError();
    Pending<?> request = outbound.outbox().get(error.getRequestId());
    if (request == null) {
      resumeRefused(connection, event);
      return;
    }
    if (error.getReason().equals("DRAINING") && !error.hasRetryAfter()) {
      outbound.outbox().sendAgain(request);
      session.draining(DrainEvent.getDefaultInstance());
      return;
    }
    RoomCursor cursor = positions.cursor(request.room());
    if (cursor != null && request.request().hasLeave() && isGone(error)) {
      // an earlier attempt was carried out, and its answer got lost
      outbound.answered(request, Events.ack(request));
      left(request.room());
      return;
    }
    outbound.refused(request, error);
    if (!echo && cursor != null) {
      settle(connection, request.room(), cursor.settled(mayBeMissing(request.room())));
    }
  }

  private static boolean isGone(ErrorEvent error) {
    return error.getReason().equals("ROOM_NOT_FOUND") || error.getReason().equals("ROOM_DELETED");
  }

  /// An error that answers nothing in the outbox: perhaps a room of hello, else a signal.
  private void resumeRefused(Connection<ChatRequest, ChatEvent> connection, ChatEvent event) {
    ErrorEvent error = event.getError();
    String rejoined = rejoins.remove(error.getRequestId());
    String room = rejoined == null ? error.getRoomId() : rejoined;
    RoomCursor cursor = positions.cursor(room);
    if (cursor != null && resuming.contains(room)) {
      if (error.hasRetryAfter()) {
        connection.after(
            Failures.toJava(error.getRetryAfter()).toNanos(), () -> rejoin(connection, room));
        return;
      }
      left(room);
    }
    events.event(event);
  }

  private void rejoin(Connection<ChatRequest, ChatEvent> connection, String room) {
    RoomCursor cursor = positions.cursor(room);
    if (cursor != null && resuming.contains(room)) {
      ChatRequest join = Requests.join(room, JoinFrom.after(cursor.resumeAfter(), cursor.epoch()));
      rejoins.put(join.getId(), room);
      connection.send(join);
    }
  }

  private void left(String room) {
    resuming.remove(room);
    positions.left(room);
    outbound.forgetRoom(room);
  }

  private boolean isUnansweredOwn(ChatMessage message) {
    return !echo
        && message.getSender().getId().equals(userId)
        && outbound.outbox().get(message.getId()) != null;
  }

  private int mayBeMissing(String room) {
    return echo ? 0 : outbound.outbox().perhapsCarriedOut(room);
  }

  private void settle(
      Connection<ChatRequest, ChatEvent> connection, String room, RoomCursor.Verdict verdict) {
    RoomCursor cursor = positions.cursor(room);
    if (verdict == RoomCursor.Verdict.GAP && cursor != null) {
      gap(connection, room, cursor.resumeAfter() + 1, cursor.last());
    }
  }

  private static void gap(
      Connection<ChatRequest, ChatEvent> connection, String room, long expected, long got) {
    ParleyException violation =
        Failures.violation(
            "gap in room " + room + ": sequence " + got + " (expected: " + expected + ")");
    log.error("{}; resuming from the last good sequence", violation.getMessage());
    connection.abort(violation);
  }
}
