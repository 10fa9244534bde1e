package dev.parley.server.chat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.core.access.Authenticator;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.Departure;
import dev.parley.core.topic.Outcome;
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
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One `Chat` stream: its user, its requests and their answers, its end. Owned by its event loop:
/// gRPC calls back on it, and the engine's answers are brought to it.
///
/// Requests are taken from the client only as others are answered ([RequestWindow]), and only while
/// the client reads: so neither the requests that wait here nor the answers that wait there can
/// pile up.
final class ChatStream extends ServerCall.Listener<Inbound<ChatRequest>> implements Sink {
  private static final Logger LOG = LoggerFactory.getLogger(ChatStream.class);

  /// How long a stream may take to introduce its user.
  private static final Duration FIRST_FRAME = Duration.ofSeconds(10);

  private final ServerCall<Inbound<ChatRequest>, Frame> call;
  private final Authenticator.Credentials credentials;
  private final ChatContext context;
  private final StreamGroup group;
  private final Dialect dialect;
  private final String id;
  private final StreamRooms rooms;
  private final RequestWindow window;
  private OutboundStream out;
  private @Nullable Caller caller;
  private Status status = Status.ONLINE;
  private boolean echo = true;
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
    rooms = new StreamRooms(this, context, group.delivery(), this.dialect);
    window = new RequestWindow(context.limits().maxInFlight());
    out = group.delivery().open(this, format, false);
    lastTrafficNanos = context.clock().nanos();
    group.add(this);
    this.dialect.opened();
    call.sendHeaders(new Metadata());
    call.request(window.ask());
  }

  // What gRPC tells.

  @Override
  public void onMessage(Inbound<ChatRequest> inbound) {
    lastTrafficNanos = context.clock().nanos();
    window.came();
    ChatRequest request = inbound.message();
    try {
      if (!ended) {
        take(inbound);
      }
    } catch (RefusedException e) {
      refuse(request, e.refusal());
    } catch (RuntimeException e) {
      LOG.error("stream {}: a request could not be handled", id, e);
      refuse(request, Reason.INTERNAL.because("the request could not be handled"));
    }
    answered();
    group.delivery().finish();
  }

  private void take(Inbound<ChatRequest> inbound) throws RefusedException {
    if (draining || group.isDraining()) {
      throw refused(Reason.DRAINING, "the server goes away");
    }
    Refusal problem = inbound.problem();
    if (problem != null) {
      throw new RefusedException(problem);
    }
    ChatRequest request = Objects.requireNonNull(inbound.message());
    if (caller == null) {
      dialect.first(request);
    } else {
      dialect.request(request);
    }
  }

  private void refuse(@Nullable ChatRequest request, Refusal refusal) {
    if (caller == null) {
      end(refusal);
    } else if (request == null) {
      refuse("", "", refusal);
    } else {
      refuse(request.getId(), request.getRoomId(), refusal);
    }
  }

  @Override
  public void onHalfClose() {
    halfClosed = true;
    out.pumpLater();
    group.delivery().finish();
  }

  @Override
  public void onCancel() {
    leave(Departure.BROKEN);
    group.delivery().finish();
  }

  /// After the stream was ended from here; or by gRPC, because something could not be sent.
  @Override
  public void onComplete() {
    leave(Departure.BROKEN);
    group.delivery().finish();
  }

  /// That the client takes something is a sign of life too.
  @Override
  public void onReady() {
    lastTrafficNanos = context.clock().nanos();
    replenish();
    dialect.ready();
    out.pump();
    group.delivery().finish();
  }

  // What dialects and rooms use.

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

  StreamRooms rooms() {
    return rooms;
  }

  RequestWindow window() {
    return window;
  }

  boolean wantsEcho() {
    return echo;
  }

  boolean hasEnded() {
    return ended;
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

  /// Has a command decided, and answers: with what `done` makes of it, or with the refusal.
  void submit(String requestId, String room, RoomCommand command, Consumer<Outcome.Done> done) {
    submit(room, command, answering(requestId, room, done));
  }

  /// Has a command decided; `answer` is told on this stream's thread, unless it has ended.
  void submit(String room, RoomCommand command, Consumer<Outcome> answer) {
    TopicId topic = RoomRules.topic(room);
    window.began();
    context
        .engine()
        .submit(
            topic,
            command,
            outcome ->
                execute(
                    () -> {
                      if (!ended) {
                        answer.accept(outcome);
                      }
                      answered();
                    }));
  }

  private Consumer<Outcome> answering(String requestId, String room, Consumer<Outcome.Done> done) {
    return outcome -> {
      switch (outcome) {
        case Outcome.Done it -> done.accept(it);
        case Outcome.Refused it -> refuse(requestId, room, it.refusal());
      }
    };
  }

  /// Sends a message.
  void say(String room, RoomCommand.Say say) {
    rooms.say(room, say, answering(say.id(), room, done -> acknowledge(say.id(), room, done)));
  }

  void acknowledge(String requestId, String room, Outcome.Done done) {
    if (!requestId.isEmpty()) {
      send(Answers.ack(requestId, room, done));
    }
  }

  /// Answers a request with a refusal.
  void refuse(String requestId, String room, Refusal refusal) {
    send(Answers.error(requestId, room, refusal));
  }

  /// Enters a room.
  ///
  /// @throws RefusedException if the stream is in too many
  void join(String room, RoomCommand.Join.As as, StreamRooms.Joining joining)
      throws RefusedException {
    rooms.join(room, as, status, out, joining);
  }

  /// Lets a subscriber go, if it is still wanted.
  void release(Subscriber subscriber, long after) {
    group.delivery().release(subscriber, after);
  }

  /// Tells the client that a topic was taken from the stream.
  void tellClosed(TopicId topic, String reason) {
    out.tellClosed(topic, reason);
  }

  /// Runs something on this stream's thread; if that fails, the stream ends. Any thread.
  void execute(Runnable task) {
    group
        .delivery()
        .execute(
            () -> {
              try {
                task.run();
              } catch (RuntimeException | Error e) {
                LOG.error("stream {}: an answer could not be given, it ends", id, e);
                end(Reason.INTERNAL.because("an answer could not be given"));
              }
            });
  }

  /// Enters a room for a call beside this stream. Any thread.
  ///
  /// @param answer told with null when the stream is in the room, else with the refusal; on this
  ///     stream's thread
  void bring(String room, Consumer<@Nullable Refusal> answer) {
    execute(
        () -> {
          if (ended) {
            answer.accept(gone());
          } else {
            dialect.bring(room, answer);
          }
        });
  }

  /// The user wants to be seen in another way.
  ///
  /// @param done run when all rooms have been told
  void status(Status wanted, Runnable done) {
    status = wanted;
    window.began();
    rooms.status(
        wanted,
        () -> {
          done.run();
          answered();
        });
  }

  /// A request, or a part of it, has its answer.
  void answered() {
    window.answered();
    replenish();
    if (halfClosed) {
      out.pumpLater();
    }
  }

  private void replenish() {
    if (!ended && !halfClosed && call.isReady()) {
      int more = window.ask();
      if (more > 0) {
        call.request(more);
      }
    }
  }

  // Time.

  /// Does what is due. A client that does not read is not asked for signs of life, which it could
  /// not see: it has the time that stalled streams have.
  void tick() {
    long now = context.clock().nanos();
    if (caller == null && now - lastTrafficNanos > FIRST_FRAME.toNanos()) {
      end(
          Reason.IDLE.because(
              "no first frame came for %d s (expected: a sender)"
                  .formatted(FIRST_FRAME.toSeconds())));
    } else if (caller != null && call.isReady()) {
      dialect.quiet(lastTrafficNanos, now);
    }
  }

  // The end.

  /// The server goes away: no more requests, and the client is told.
  ///
  /// @param grace time that the stream is given to end
  void drain(Duration grace) {
    draining = true;
    if (caller != null) {
      dialect.drain(grace);
    }
  }

  /// The time given by [#drain] is over.
  void endOfDrain() {
    end(Reason.DRAINING.because("the server goes away"));
  }

  /// Ends the stream with a status.
  void end(Refusal refusal) {
    if (ended) {
      return;
    }
    try {
      out.flush();
    } finally {
      try {
        Refusals.close(call, refusal);
      } catch (IllegalStateException e) {
        LOG.debug("stream {}: gRPC has ended it already", id, e);
      } finally {
        leave(Departure.BROKEN);
      }
    }
  }

  private void leave(Departure departure) {
    if (ended) {
      return;
    }
    ended = true;
    rooms.leave(departure);
    group.delivery().close(out);
    group.remove(this);
    dialect.ended();
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

  /// Everything has been sent: the moment to end, if the client has nothing more to say.
  @Override
  public void caughtUp() {
    if (halfClosed && window.isIdle() && !ended) {
      call.close(io.grpc.Status.OK, new Metadata());
      leave(Departure.LEFT);
    }
  }

  @Override
  public void drop(Refusal refusal) {
    end(refusal);
  }

  /// What calls are told that wanted something of a stream that has ended.
  static Refusal gone() {
    return Reason.NOT_A_MEMBER.because("the user's stream has ended");
  }

  static RefusedException refused(Reason reason, String message) {
    return new RefusedException(reason.because(message));
  }
}
