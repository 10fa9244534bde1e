package dev.parley.server.chat;

import dev.parley.chat.v1.Capability;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.DrainEvent;
import dev.parley.chat.v1.Hello;
import dev.parley.chat.v1.Ping;
import dev.parley.chat.v1.Pong;
import dev.parley.chat.v1.RoomPosition;
import dev.parley.chat.v1.WelcomeEvent;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Checks;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.topic.Outcome;
import dev.parley.server.chat.NativeJoins.Start;
import dev.parley.server.delivery.Subscriber;
import dev.parley.server.rpc.Calls;
import dev.parley.server.rpc.Refusals;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// `parley.chat.v1.ChatService/Chat` on one stream.
final class NativeDialect implements Dialect {
  private final ChatStream stream;
  private final NativeFormat format;
  private final NativeJoins joins;
  private boolean pinged;
  private long pingedSinceNanos;
  private long pingedAtNanos;
  private long pings;

  NativeDialect(ChatStream stream, NativeFormat format) {
    this.stream = stream;
    this.format = format;
    joins = new NativeJoins(stream);
  }

  @Override
  public void opened() {
    stream.context().nativeStreams().opened(stream);
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
    eachOnce(hello.getRoomsList());
    Caller caller =
        Calls.requireKnown(
            stream
                .context()
                .calls()
                .caller(
                    stream.credentials(),
                    request.hasSender() ? Mapping.profile("sender", request.getSender()) : null));
    stream.begin(caller, Mapping.status(request.getSender().getStatus()));
    stream.context().nativeStreams().introduced(stream, caller.id());
    boolean batches = hello.getCapabilitiesList().contains(Capability.CAPABILITY_BATCH);
    stream.deliverAs(format, batches, !hello.getWithoutEcho());
    welcome(caller, batches);
    for (RoomPosition position : hello.getRoomsList()) {
      try {
        Start start =
            position.hasSequence()
                ? after(position.getSequence(), position.getEpoch())
                : new Start.Now();
        joins.resume(Checks.id("hello.rooms.room_id", position.getRoomId()), start);
      } catch (RefusedException e) {
        stream.refuse("", position.getRoomId(), e.refusal());
      }
    }
    joins.proceed();
  }

  private static void eachOnce(List<RoomPosition> rooms) throws RefusedException {
    Set<String> seen = new HashSet<>();
    for (RoomPosition position : rooms) {
      if (!seen.add(position.getRoomId())) {
        throw ChatStream.refused(
            Reason.INVALID_REQUEST, "hello.rooms: a room twice (expected: each room once)");
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
        stream.status(
            Mapping.status(request.getStatus().getStatus()),
            () -> {
              long now = stream.context().clock().epochMicros();
              stream.acknowledge(id, "", new Outcome.Done(0, now, false));
            });
      }
      case JOIN -> joins.join(id, Requests.room(request), start(request));
      case LEAVE, TYPING, READ, EDIT, DELETE, REACT, ACTION_NOT_SET ->
          inRoom(request, id, Requests.room(request));
    }
  }

  @Override
  public void ready() {
    joins.proceed();
  }

  private void inRoom(ChatRequest request, String id, String room) throws RefusedException {
    Caller caller = stream.caller();
    joins.hurry(room);
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

  @Override
  public void bring(String room, Consumer<@Nullable Refusal> answer) {
    if (stream.rooms().contains(room)) {
      answer.accept(null);
    } else {
      joins.bring(room, answer);
    }
  }

  @Override
  public void closed(Subscriber subscriber, String reason) {
    if (!joins.closed(subscriber, reason)) {
      stream.tellClosed(subscriber.topic(), reason);
    }
  }

  /// Counts the time for the answer from the ping, not from the last traffic: after the process
  /// has stood still for long, every client still has all of it.
  @Override
  public void quiet(long sinceNanos, long nowNanos) {
    var limits = stream.context().limits();
    if (nowNanos - sinceNanos <= limits.pingInterval().toNanos()) {
      return;
    }
    if (!pinged || pingedSinceNanos != sinceNanos) {
      pinged = true;
      pingedSinceNanos = sinceNanos;
      pingedAtNanos = nowNanos;
      stream.send(ChatEvent.newBuilder().setPing(Ping.newBuilder().setNonce(++pings)));
    } else if (nowNanos - pingedAtNanos > limits.pingTimeout().toNanos()) {
      stream.end(
          Reason.IDLE.because(
              "nothing came for %d s (expected: a pong)"
                  .formatted(Duration.ofNanos(nowNanos - sinceNanos).toSeconds())));
    }
  }

  @Override
  public void drain(Duration grace) {
    stream.send(
        ChatEvent.newBuilder()
            .setDrain(
                DrainEvent.newBuilder()
                    .setGrace(Refusals.duration(grace))
                    .setReconnectWithin(Refusals.duration(Limits.RECONNECT_WITHIN))));
  }

  @Override
  public boolean resumable() {
    return true;
  }

  @Override
  public void ended() {
    stream.context().nativeStreams().closed(stream);
    joins.clear();
  }

  private static String name(ChatRequest request) {
    return request.getActionCase() == ChatRequest.ActionCase.ACTION_NOT_SET
        ? "a message"
        : request.getActionCase().name().toLowerCase(java.util.Locale.ROOT);
  }
}
