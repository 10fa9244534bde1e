package dev.parley.server.chat;

import dev.parley.chat.v1.Capability;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.DrainEvent;
import dev.parley.chat.v1.Hello;
import dev.parley.chat.v1.Ping;
import dev.parley.chat.v1.Pong;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomJoinedEvent;
import dev.parley.chat.v1.RoomPosition;
import dev.parley.chat.v1.WelcomeEvent;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.Checks;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomState;
import dev.parley.core.topic.Attachment;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.TopicId;
import dev.parley.server.delivery.Subscriber;
import dev.parley.server.rpc.Calls;
import dev.parley.server.rpc.Refusals;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `parley.chat.v1.ChatService/Chat` on one stream.
final class NativeDialect implements Dialect {
  static final Duration DRAIN_GRACE = Duration.ofSeconds(2);
  private static final Duration RECONNECT_WITHIN = Duration.ofSeconds(5);

  private final ChatStream stream;
  private final NativeFormat format;
  private final Map<String, ArrayDeque<Start>> starts = new HashMap<>();
  private boolean pinged;
  private long pings;

  /// Where a client wants a room to begin.
  private sealed interface Start {
    record Now() implements Start {}

    record After(long sequence, long epoch) implements Start {}

    record History(int messages) implements Start {}
  }

  /// What a join's answer takes from the journal.
  private record Found(JournalReader.@Nullable Listing listing, long after) {}

  NativeDialect(ChatStream stream, NativeFormat format) {
    this.stream = stream;
    this.format = format;
  }

  @Override
  public void first(ChatRequest request) throws RefusedException {
    if (!request.hasHello()) {
      throw ChatStream.refused(
          Reason.HELLO_EXPECTED, "first frame: " + name(request) + " (expected: hello)");
    }
    Hello hello = request.getHello();
    Checks.line("hello.client_name", hello.getClientName(), Limits.MAX_NAME_BYTES);
    if (hello.getRoomsCount() > stream.context().limits().maxRoomsPerStream()) {
      throw ChatStream.refused(
          Reason.TOO_LARGE,
          "hello.rooms: %d (expected: at most %d)"
              .formatted(hello.getRoomsCount(), stream.context().limits().maxRoomsPerStream()));
    }
    Caller caller =
        Calls.requireKnown(
            stream
                .context()
                .calls()
                .caller(
                    stream.credentials(),
                    request.hasSender() ? Mapping.profile("sender", request.getSender()) : null));
    stream.begin(caller, Mapping.status(request.getSender().getStatus()));
    boolean batches = hello.getCapabilitiesList().contains(Capability.CAPABILITY_BATCH);
    stream.deliverAs(format, batches, !hello.getWithoutEcho());
    welcome(caller, batches);
    for (RoomPosition position : hello.getRoomsList()) {
      try {
        Start start =
            position.hasSequence()
                ? after(position.getSequence(), position.getEpoch())
                : new Start.Now();
        join("", Checks.id("hello.rooms.room_id", position.getRoomId()), start);
      } catch (RefusedException e) {
        stream.refuse("", position.getRoomId(), e.refusal());
      }
    }
  }

  private void welcome(Caller caller, boolean batches) {
    var limits = stream.context().limits();
    WelcomeEvent.Builder welcome =
        WelcomeEvent.newBuilder()
            .setSessionId(stream.id())
            .setUser(Mapping.user(caller.user()))
            .setServerTime(Mapping.timestamp(stream.context().clock().epochMicros()))
            .setPingInterval(Refusals.duration(limits.pingInterval()))
            .setLimits(
                dev.parley.chat.v1.Limits.newBuilder()
                    .setMaxRequestBytes(limits.maxFrameBytes())
                    .setMaxTextBytes(Limits.MAX_TEXT_BYTES)
                    .setMaxRooms(limits.maxRoomsPerStream())
                    .setMaxInFlight(limits.maxInFlight()))
            .setServerVersion(stream.context().version());
    if (batches) {
      welcome.addCapabilities(Capability.CAPABILITY_BATCH);
    }
    stream.send(ChatEvent.newBuilder().setWelcome(welcome));
  }

  @Override
  public void request(ChatRequest request) throws RefusedException {
    pinged = false;
    String id = request.getId();
    if (!id.isEmpty()) {
      Checks.key("id", id);
    }
    switch (request.getActionCase()) {
      case HELLO ->
          throw ChatStream.refused(Reason.HELLO_REPEATED, "hello came before on this stream");
      case PING ->
          stream.send(
              ChatEvent.newBuilder()
                  .setPong(Pong.newBuilder().setNonce(request.getPing().getNonce())));
      case PONG -> {}
      case STATUS -> {
        stream.status(Mapping.status(request.getStatus().getStatus()));
        acknowledgeNow(request, "");
      }
      case JOIN -> join(id, Requests.room(request), start(request));
      case LEAVE, TYPING, READ, EDIT, DELETE, REACT, ACTION_NOT_SET ->
          inRoom(request, id, Requests.room(request));
    }
  }

  private void inRoom(ChatRequest request, String id, String room) throws RefusedException {
    Caller caller = stream.caller();
    switch (request.getActionCase()) {
      case LEAVE -> acknowledged(id, room, new RoomCommand.Leave(caller));
      case TYPING ->
          stream.submit(
              id, room, new RoomCommand.Type(caller, request.getTyping().getIsTyping()), _ -> {});
      case READ -> stream.submit(id, room, Requests.read(caller, request), _ -> {});
      case EDIT -> acknowledged(id, room, Requests.edit(caller, request));
      case DELETE -> acknowledged(id, room, Requests.delete(caller, request));
      case REACT -> acknowledged(id, room, Requests.react(caller, request));
      case ACTION_NOT_SET -> stream.say(room, Requests.say(caller, request));
      case HELLO, JOIN, STATUS, PING, PONG ->
          throw new IllegalStateException("handled before: " + request.getActionCase());
    }
  }

  private void acknowledged(String id, String room, RoomCommand command) {
    stream.submit(id, room, command, done -> stream.acknowledge(id, room, done));
  }

  private void acknowledgeNow(ChatRequest request, String room) {
    stream.acknowledge(
        request.getId(),
        room,
        new dev.parley.core.topic.Outcome.Done(0, stream.context().clock().epochMicros(), false));
  }

  private static Start start(ChatRequest request) throws RefusedException {
    return switch (request.getJoin().getStartCase()) {
      case AFTER_SEQUENCE ->
          after(request.getJoin().getAfterSequence(), request.getJoin().getEpoch());
      case HISTORY ->
          new Start.History(
              Checks.page("join.history", request.getJoin().getHistory(), 0, Limits.MAX_PAGE));
      case START_NOT_SET -> new Start.Now();
    };
  }

  private static Start after(long sequence, long epoch) throws RefusedException {
    if (sequence < 0) {
      throw ChatStream.refused(
          Reason.INVALID_REQUEST, "sequence: %d (expected: >= 0)".formatted(sequence));
    }
    return new Start.After(sequence, epoch);
  }

  private void join(String requestId, String room, Start start) throws RefusedException {
    stream.join(
        requestId,
        room,
        refusal -> {
          nextStart(room);
          stream.refuse(requestId, room, refusal);
        });
    starts.computeIfAbsent(room, _ -> new ArrayDeque<>()).add(start);
  }

  private Start nextStart(String room) {
    ArrayDeque<Start> waiting = starts.get(room);
    Start start = waiting == null ? null : waiting.poll();
    if (waiting == null || waiting.isEmpty()) {
      starts.remove(room);
    }
    return start == null ? new Start.Now() : start;
  }

  @Override
  public void attached(
      String requestId, String room, Attachment.Begun begun, Subscriber subscriber) {
    Start start = nextStart(room);
    TopicId topic = subscriber.topic();
    boolean reset =
        start instanceof Start.After after
            && (after.sequence() > begun.lastSequence()
                || (after.epoch() != 0 && after.epoch() != begun.epoch()));
    stream.answering();
    stream
        .context()
        .reads()
        .read(
            reader ->
                new Found(
                    reader.topic(topic, stream.caller().id()),
                    reset ? 0 : position(reader, topic, start, begun.lastSequence())),
            found -> stream.execute(() -> joined(requestId, begun, subscriber, found, reset)),
            refusal ->
                stream.execute(
                    () -> {
                      stream.refuse(requestId, room, refusal);
                      stream.answered();
                    }));
  }

  private static long position(JournalReader reader, TopicId topic, Start start, long lastSequence)
      throws JournalException {
    return switch (start) {
      case Start.Now _ -> lastSequence;
      case Start.After after -> after.sequence();
      case Start.History history when history.messages() == 0 -> lastSequence;
      case Start.History history -> {
        List<Entry> newest =
            reader.page(topic, 0, lastSequence + 1, true, null, history.messages());
        yield newest.isEmpty() ? lastSequence : newest.getFirst().sequence() - 1;
      }
    };
  }

  private void joined(
      String requestId, Attachment.Begun begun, Subscriber subscriber, Found found, boolean reset) {
    if (!stream.hasEnded()) {
      JournalReader.Listing listing = found.listing();
      Room.Builder told =
          listing == null
              ? Mapping.room((RoomState) begun.state()).toBuilder()
              : Rooms.room(listing, (RoomState) begun.state());
      stream.send(
          ChatEvent.newBuilder()
              .setRoomJoined(
                  RoomJoinedEvent.newBuilder()
                      .setRequestId(requestId)
                      .setRoom(told.setOnlineCount(begun.online()))
                      .setEpoch(begun.epoch())
                      .setAfterSequence(found.after())
                      .setLastSequence(begun.lastSequence())
                      .addAllOnlineUsers(begun.users().stream().map(Mapping::user).toList())
                      .setReset(reset)));
      stream.release(subscriber, found.after());
    }
    stream.answered();
  }

  @Override
  public void quiet(long quietNanos) {
    var limits = stream.context().limits();
    long ping = limits.pingInterval().toNanos();
    if (quietNanos > ping + limits.pingTimeout().toNanos() && pinged) {
      stream.end(
          Reason.IDLE.because(
              "nothing came for %d s (expected: a pong)"
                  .formatted(Duration.ofNanos(quietNanos).toSeconds())));
    } else if (quietNanos > ping && !pinged) {
      pinged = true;
      stream.send(ChatEvent.newBuilder().setPing(Ping.newBuilder().setNonce(++pings)));
    }
  }

  @Override
  public void drain() {
    stream.send(
        ChatEvent.newBuilder()
            .setDrain(
                DrainEvent.newBuilder()
                    .setGrace(Refusals.duration(DRAIN_GRACE))
                    .setReconnectWithin(Refusals.duration(RECONNECT_WITHIN))));
  }

  @Override
  public boolean resumable() {
    return true;
  }

  @Override
  public void ended() {
    starts.clear();
  }

  private static String name(ChatRequest request) {
    return request.getActionCase() == ChatRequest.ActionCase.ACTION_NOT_SET
        ? "a message"
        : request.getActionCase().name().toLowerCase(java.util.Locale.ROOT);
  }
}
