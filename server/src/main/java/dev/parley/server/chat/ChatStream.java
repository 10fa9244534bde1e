package dev.parley.server.chat;

import com.google.protobuf.ByteString;
import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.ErrorEvent;
import dev.parley.core.access.Authenticator;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.Attachment;
import dev.parley.core.topic.Departure;
import dev.parley.core.topic.Outcome;
import dev.parley.core.topic.Subscription;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Status;
import dev.parley.server.delivery.Frame;
import dev.parley.server.delivery.OutboundStream;
import dev.parley.server.delivery.Sink;
import dev.parley.server.delivery.Subscriber;
import dev.parley.server.delivery.WireFormat;
import dev.parley.server.rpc.Inbound;
import dev.parley.server.rpc.Refusals;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One `Chat` stream: its user, its rooms, its requests. Owned by its event loop: gRPC calls back
/// on it, and the engine's answers are brought to it.
///
/// Requests are taken from the client only as others are answered, and only while the client reads:
/// so neither the requests that wait here nor the answers that wait there can pile up.
final class ChatStream extends ServerCall.Listener<Inbound<ChatRequest>> implements Sink {
  private static final Logger LOG = LoggerFactory.getLogger(ChatStream.class);

  /// How long a stream may take to introduce its user.
  private static final long FIRST_FRAME_NANOS = Duration.ofSeconds(10).toNanos();

  private final ServerCall<Inbound<ChatRequest>, Frame> call;
  private final Authenticator.Credentials credentials;
  private final ChatContext context;
  private final StreamGroup group;
  private final Dialect dialect;
  private final String id;
  private final Map<String, Subscriber> rooms = new LinkedHashMap<>();
  private final Map<String, Integer> joining = new HashMap<>();
  private OutboundStream out;
  private @Nullable Caller caller;
  private Status status = Status.ONLINE;
  private boolean echo = true;
  private int unanswered;
  private int credit;
  private boolean halfClosed;
  private boolean draining;
  private boolean ended;
  private long lastTrafficNanos;

  /// @param format how events look until the client has said what it can take
  ChatStream(
      ServerCall<Inbound<ChatRequest>, Frame> call,
      Authenticator.Credentials credentials,
      ChatContext context,
      StreamGroup group,
      String id,
      WireFormat format,
      Function<ChatStream, Dialect> dialect) {
    this.call = call;
    this.credentials = credentials;
    this.context = context;
    this.group = group;
    this.id = id;
    this.dialect = dialect.apply(this);
    out = group.delivery().open(this, format, false);
    lastTrafficNanos = context.clock().nanos();
    group.add(this);
    call.sendHeaders(new Metadata());
    call.request(context.limits().maxInFlight());
  }

  // What gRPC tells.

  @Override
  public void onMessage(Inbound<ChatRequest> inbound) {
    lastTrafficNanos = context.clock().nanos();
    unanswered++;
    ChatRequest request = inbound.message();
    try {
      if (ended) {
        return;
      }
      if (request == null) {
        throw refused(Reason.INVALID_REQUEST, "the frame is no request: " + inbound.problem());
      }
      if (caller == null) {
        dialect.first(request);
      } else if (draining) {
        throw refused(Reason.DRAINING, "the server goes away");
      } else {
        dialect.request(request);
      }
    } catch (RefusedException e) {
      if (caller == null) {
        end(e.refusal());
      } else {
        refuse(request, e.refusal());
      }
    } finally {
      answered();
      group.delivery().finish();
    }
  }

  @Override
  public void onHalfClose() {
    halfClosed = true;
    endIfDone();
  }

  @Override
  public void onCancel() {
    leave(Departure.BROKEN);
  }

  @Override
  public void onReady() {
    replenish();
    out.pump();
    group.delivery().finish();
  }

  // What dialects use.

  ChatContext context() {
    return context;
  }

  String id() {
    return id;
  }

  Authenticator.Credentials credentials() {
    return credentials;
  }

  /// The user. Only after the first frame.
  Caller caller() {
    Caller known = caller;
    if (known == null) {
      throw new IllegalStateException("nobody has introduced himself on stream " + id);
    }
    return known;
  }

  /// The stream has its user.
  void begin(Caller user, Status wanted) {
    caller = user;
    status = wanted;
    context.engine().save(user.user());
    LOG.debug("stream {} opened by {} from {}", id, user.id(), credentials.address());
  }

  /// The client has said what it can take.
  void deliverAs(WireFormat format, boolean batches, boolean withEcho) {
    group.delivery().close(out);
    out = group.delivery().open(this, format, batches);
    echo = withEcho;
  }

  void send(ChatEvent.Builder event) {
    out.send(NativeFormat.of(event));
  }

  boolean isIn(String room) {
    return rooms.containsKey(room);
  }

  /// Has a command decided, and answers: with what `done` makes of it, or with the refusal.
  void submit(String requestId, String room, RoomCommand command, Consumer<Outcome.Done> done) {
    TopicId topic = RoomRules.topic(room);
    unanswered++;
    context
        .engine()
        .submit(
            topic,
            command,
            outcome -> group.delivery().execute(() -> decided(requestId, room, outcome, done)));
  }

  private void decided(
      String requestId, String room, Outcome outcome, Consumer<Outcome.Done> done) {
    if (!ended) {
      switch (outcome) {
        case Outcome.Done it -> done.accept(it);
        case Outcome.Refused refused -> refuse(requestId, room, refused.refusal());
      }
    }
    answered();
  }

  /// Sends a message.
  void say(String room, RoomCommand.Say say) {
    Subscriber subscriber = rooms.get(room);
    if (subscriber != null && !echo) {
      subscriber.sending(say.id());
    }
    submit(
        say.id(),
        room,
        say,
        done -> {
          if (subscriber != null && done.repeated()) {
            subscriber.notSent(say.id());
          }
          acknowledge(say.id(), room, done);
        });
  }

  void acknowledge(String requestId, String room, Outcome.Done done) {
    if (!requestId.isEmpty()) {
      send(
          ChatEvent.newBuilder()
              .setAck(
                  AckEvent.newBuilder()
                      .setMessageId(requestId)
                      .setServerTimestamp(Mapping.timestamp(done.atMicros()))
                      .setRoomId(room)
                      .setSequence(done.sequence())
                      .setDuplicate(done.repeated())));
    }
  }

  private void refuse(@Nullable ChatRequest request, Refusal refusal) {
    refuse(
        request == null ? "" : request.getId(),
        request == null ? "" : request.getRoomId(),
        refusal);
  }

  /// Answers a request with a refusal. What is quoted from the request is cut to its limit.
  void refuse(String requestId, String room, Refusal refusal) {
    ErrorEvent.Builder error =
        ErrorEvent.newBuilder()
            .setCode(refusal.reason().code().number())
            .setMessage(refusal.message())
            .setReason(refusal.reason().name())
            .setRequestId(cut(requestId))
            .setRoomId(cut(room))
            .setAdvice(refusal.reason().advice());
    Duration retryAfter = refusal.retryAfter();
    if (retryAfter != null) {
      error.setRetryAfter(Refusals.duration(retryAfter));
    }
    send(ChatEvent.newBuilder().setError(error));
  }

  private static String cut(String quoted) {
    ByteString bytes = ByteString.copyFromUtf8(quoted);
    return bytes.size() <= Limits.MAX_ID_BYTES ? quoted : "";
  }

  /// Enters a room; the dialect is told ([Dialect#attached]).
  ///
  /// @param refused told instead, if it is refused
  void join(String requestId, String room, Consumer<Refusal> refused) throws RefusedException {
    if (rooms.size() + joining.size() >= context.limits().maxRoomsPerStream()
        && !rooms.containsKey(room)) {
      throw refused(
          Reason.LIMIT_REACHED,
          "rooms on this stream: %d (limit: %d)"
              .formatted(rooms.size() + joining.size(), context.limits().maxRoomsPerStream()));
    }
    boolean guest = !dialect.resumable();
    TopicId topic = RoomRules.topic(room);
    Subscription subscription =
        new Subscription(caller().user(), group.delivery(), dialect.resumable());
    unanswered++;
    joining.merge(room, 1, Integer::sum);
    context
        .engine()
        .attach(
            topic,
            new RoomCommand.Join(caller(), guest),
            subscription,
            status,
            attachment ->
                group
                    .delivery()
                    .execute(() -> attached(requestId, topic, subscription, attachment, refused)));
  }

  private void attached(
      String requestId,
      TopicId topic,
      Subscription subscription,
      Attachment attachment,
      Consumer<Refusal> refused) {
    String room = topic.name();
    joining.computeIfPresent(room, (_, count) -> count > 1 ? count - 1 : null);
    switch (attachment) {
      case Attachment.Refused it -> refused.accept(it.refusal());
      case Attachment.Begun begun when ended ->
          context.engine().detach(topic, subscription, Departure.BROKEN);
      case Attachment.Begun begun -> {
        Subscriber subscriber =
            group
                .delivery()
                .subscribe(out, topic, subscription, begun, echo, reason -> evicted(topic, reason));
        Subscriber before = rooms.put(room, subscriber);
        if (before != null) {
          group.delivery().unsubscribe(before);
          context.engine().detach(topic, before.subscription(), Departure.LEFT);
        }
        dialect.attached(requestId, room, begun, subscriber);
      }
    }
    answered();
  }

  private void evicted(TopicId topic, String reason) {
    Subscriber subscriber = rooms.remove(topic.name());
    if (subscriber != null) {
      context.engine().detach(topic, subscriber.subscription(), Departure.EVICTED);
      out.tellClosed(topic, reason);
    }
  }

  /// Lets a subscriber go, if it is still wanted.
  void release(Subscriber subscriber, long after) {
    group.delivery().release(subscriber, after);
  }

  /// Runs something on this stream's thread. Any thread.
  void execute(Runnable task) {
    group.delivery().execute(task);
  }

  /// Enters a room for a call beside this stream, if this is a classic stream. Any thread.
  ///
  /// @param answer told with null when the stream is in the room, else with the refusal; on this
  ///     stream's thread
  void joinClassic(String room, Consumer<@Nullable Refusal> answer) {
    execute(
        () -> {
          if (!ended && dialect instanceof ClassicDialect classic) {
            classic.join(room, answer);
          } else {
            answer.accept(Reason.NOT_A_MEMBER.because("the user's stream has ended"));
          }
        });
  }

  /// The user wants to be seen in another way.
  void status(Status wanted) {
    status = wanted;
    for (String room : List.copyOf(rooms.keySet())) {
      context.engine().status(RoomRules.topic(room), caller().id(), wanted);
    }
  }

  boolean hasEnded() {
    return ended;
  }

  /// A request is being answered elsewhere; [#answered] must follow.
  void answering() {
    unanswered++;
  }

  /// A request has its answer.
  void answered() {
    unanswered--;
    credit++;
    replenish();
    endIfDone();
  }

  private void replenish() {
    int free = context.limits().maxInFlight() - unanswered;
    int ask = Math.min(credit, free);
    if (ask > 0 && !ended && !halfClosed && call.isReady()) {
      credit -= ask;
      call.request(ask);
    }
  }

  // Time.

  /// Does what is due.
  void tick() {
    long quiet = context.clock().nanos() - lastTrafficNanos;
    if (caller == null && quiet > FIRST_FRAME_NANOS) {
      end(Reason.IDLE.because("no first frame came for 10 s (expected: a sender)"));
    } else if (caller != null) {
      dialect.quiet(quiet);
    }
  }

  // The end.

  /// The server goes away: no more requests, and the client is told.
  void drain() {
    draining = true;
    dialect.drain();
    out.flushNow();
  }

  /// The time given by [#drain] is over.
  void endOfDrain() {
    if (!ended) {
      end(Reason.DRAINING.because("the server goes away"));
    }
  }

  /// Ends the stream with a status.
  void end(Refusal refusal) {
    if (!ended) {
      out.flushNow();
      Refusals.close(call, refusal);
      leave(Departure.BROKEN);
    }
  }

  private void endIfDone() {
    if (halfClosed && unanswered == 0 && !ended && out.isCaughtUp()) {
      out.flushNow();
      call.close(io.grpc.Status.OK, new Metadata());
      leave(Departure.LEFT);
    }
  }

  private void leave(Departure departure) {
    if (ended) {
      return;
    }
    ended = true;
    rooms.forEach(
        (room, subscriber) -> {
          group.delivery().unsubscribe(subscriber);
          context.engine().detach(RoomRules.topic(room), subscriber.subscription(), departure);
        });
    rooms.clear();
    group.delivery().close(out);
    group.remove(this);
    if (caller != null) {
      dialect.ended();
    }
    LOG.debug("stream {} ended", id);
  }

  // Sink.

  @Override
  public boolean isReady() {
    return !ended && call.isReady();
  }

  @Override
  public void send(Frame frame) {
    if (!ended) {
      call.sendMessage(frame);
    }
  }

  @Override
  public void caughtUp() {
    endIfDone();
  }

  @Override
  public void drop(Refusal refusal) {
    end(refusal);
  }

  static RefusedException refused(Reason reason, String message) {
    return new RefusedException(reason.because(message));
  }
}
