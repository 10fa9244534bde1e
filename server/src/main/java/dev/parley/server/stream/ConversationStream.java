package dev.parley.server.stream;

import dev.parley.core.access.Authenticator;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.time.Clock;
import dev.parley.core.topic.Departure;
import dev.parley.core.topic.Engine;
import dev.parley.core.topic.Outcome;
import dev.parley.core.topic.TopicId;
import dev.parley.server.delivery.DeliveryLoop;
import dev.parley.server.delivery.Frame;
import dev.parley.server.delivery.OutboundStream;
import dev.parley.server.delivery.Sink;
import dev.parley.server.delivery.Subscriber;
import dev.parley.server.delivery.WireEvent;
import dev.parley.server.delivery.WireFormat;
import dev.parley.server.rpc.Inbound;
import dev.parley.server.rpc.Refusals;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One bidirectional stream: its user, its requests and their answers, its end. Owned by its event
/// loop: gRPC calls back on it, and the engine's answers are brought to it.
///
/// Requests are taken from the client only as others are answered ([RequestWindow]), and only while
/// the client reads: so neither the requests that wait here nor the answers that wait there can
/// pile up.
///
/// @param <Q> what clients send
public abstract class ConversationStream<Q> extends ServerCall.Listener<Inbound<Q>>
    implements Sink {
  private static final Logger LOG = LoggerFactory.getLogger(ConversationStream.class);

  /// How long a stream may take to introduce its user.
  private static final Duration FIRST_FRAME = Duration.ofSeconds(10);

  private final ServerCall<Inbound<Q>, Frame> call;
  private final Authenticator.Credentials credentials;
  private final Engine engine;
  private final Clock clock;
  private final StreamGroup group;
  private final String id;
  private final RequestWindow window;
  private final WireFormat format;

  /// Null: not open yet.
  private @Nullable OutboundStream out;

  private @Nullable Caller caller;
  private boolean halfClosed;
  private boolean draining;
  private boolean ended;
  private long lastTrafficNanos;

  /// A stream that is to [#open].
  ///
  /// @param maxInFlight most requests asked for or unanswered
  /// @param format how events look until the client has said what it can take
  protected ConversationStream(
      ServerCall<Inbound<Q>, Frame> call,
      Authenticator.Credentials credentials,
      Engine engine,
      Clock clock,
      int maxInFlight,
      StreamGroup group,
      String id,
      WireFormat format) {
    this.call = call;
    this.credentials = credentials;
    this.engine = engine;
    this.clock = clock;
    this.group = group;
    this.id = id;
    this.format = format;
    window = new RequestWindow(maxInFlight);
    lastTrafficNanos = clock.nanos();
  }

  /// Begins to take requests; the last thing in a constructor.
  protected final void open() {
    out = delivery().open(this, format, false);
    group.add(this);
    call.sendHeaders(new Metadata());
    call.request(window.ask());
  }

  // What kinds of streams say.

  /// The first frame, of a stream whose user is not known yet.
  ///
  /// @throws RefusedException if it does not introduce the user; the stream ends
  protected abstract void first(Q request) throws RefusedException;

  /// A later frame.
  ///
  /// @throws RefusedException if it is refused; the stream goes on
  protected abstract void request(Q request) throws RefusedException;

  /// Answers a request with a refusal.
  ///
  /// @param request null: it is none
  protected abstract void refuse(@Nullable Q request, Refusal refusal);

  /// The client takes what it is sent, again or at the beginning.
  protected void ready() {}

  /// Nothing has come from the client for a time.
  ///
  /// @param sinceNanos when something came last
  protected void quiet(long sinceNanos, long nowNanos) {}

  /// Asked when everything was sent to a client that has nothing more to say: whether more is to
  /// come of what it has asked for. Who says so has the stream pumped when that changes.
  protected boolean hasMore() {
    return false;
  }

  /// The server goes away; the user is known.
  ///
  /// @param grace time that the stream is given to end
  protected abstract void tellDrain(Duration grace);

  /// The stream has ended, maybe before its user was known.
  protected abstract void left(Departure departure);

  // What gRPC tells.

  @Override
  public final void onMessage(Inbound<Q> inbound) {
    lastTrafficNanos = clock.nanos();
    window.came();
    Q request = inbound.message();
    try {
      if (!ended) {
        take(inbound);
      }
    } catch (RefusedException e) {
      refuseOrEnd(request, e.refusal());
    } catch (RuntimeException e) {
      LOG.error("stream {}: a request could not be handled", id, e);
      refuseOrEnd(request, Reason.INTERNAL.because("the request could not be handled"));
    }
    answered();
    delivery().finish();
  }

  private void take(Inbound<Q> inbound) throws RefusedException {
    if (draining || group.isDraining()) {
      throw refused(Reason.DRAINING, "the server goes away");
    }
    Refusal problem = inbound.problem();
    if (problem != null) {
      throw new RefusedException(problem);
    }
    Q request = Objects.requireNonNull(inbound.message());
    if (caller == null) {
      first(request);
    } else {
      request(request);
    }
  }

  private void refuseOrEnd(@Nullable Q request, Refusal refusal) {
    if (caller == null) {
      end(refusal);
    } else {
      refuse(request, refusal);
    }
  }

  @Override
  public final void onHalfClose() {
    halfClosed = true;
    out().pumpLater();
    delivery().finish();
  }

  @Override
  public final void onCancel() {
    leave(Departure.BROKEN);
    delivery().finish();
  }

  /// After the stream was ended from here; or by gRPC, because something could not be sent.
  @Override
  public final void onComplete() {
    leave(Departure.BROKEN);
    delivery().finish();
  }

  /// That the client takes something is a sign of life too.
  @Override
  public final void onReady() {
    lastTrafficNanos = clock.nanos();
    replenish();
    ready();
    out().pump();
    delivery().finish();
  }

  // What kinds of streams use.

  /// What this stream is called in the log.
  public final String id() {
    return id;
  }

  /// What came with the call.
  public final Authenticator.Credentials credentials() {
    return credentials;
  }

  /// The user. Only after the first frame.
  public final Caller caller() {
    Caller known = caller;
    if (known == null) {
      throw new IllegalStateException("nobody has introduced himself on stream " + id);
    }
    return known;
  }

  /// Requests and their answers.
  public final RequestWindow window() {
    return window;
  }

  /// Whether nothing can be sent any more.
  public final boolean hasEnded() {
    return ended;
  }

  /// Where its events come from.
  protected final DeliveryLoop delivery() {
    return group.delivery();
  }

  /// Where its events go.
  protected final OutboundStream out() {
    return Objects.requireNonNull(out, "opened by the constructor");
  }

  /// The stream has its user.
  protected final void begin(Caller user) {
    caller = user;
    LOG.debug("stream {} opened by {} from {}", id, user.id(), credentials.address());
  }

  /// The client has said what it can take; it listens to nothing yet.
  protected final void deliverAs(WireFormat format, boolean batches) {
    delivery().close(out());
    out = delivery().open(this, format, batches);
  }

  /// Sends an event.
  protected final void send(WireEvent event) {
    out().send(event);
  }

  /// Has a command decided; `answer` is told on this stream's thread, unless it has ended.
  public final void submit(TopicId topic, Object command, Consumer<Outcome> answer) {
    window.began();
    engine.submit(
        topic,
        command,
        outcome ->
            execute(
                () -> {
                  if (!ended) {
                    answer.accept(outcome);
                  }
                  decided(topic, command, outcome);
                  answered();
                }));
  }

  /// A command was decided, whether or not this stream has ended meanwhile. On its thread.
  protected void decided(TopicId topic, Object command, Outcome outcome) {}

  /// Lets a subscriber go, if it is still wanted.
  public final void release(Subscriber subscriber, long after) {
    delivery().release(subscriber, after);
  }

  /// Tells the client that a topic was taken from the stream.
  public final void tellClosed(TopicId topic, String reason) {
    out().tellClosed(topic, reason);
  }

  /// Runs something on this stream's thread; if that fails, the stream ends. Any thread.
  public final void execute(Runnable task) {
    delivery()
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

  /// A request, or a part of it, has its answer.
  public final void answered() {
    window.answered();
    replenish();
    if (halfClosed) {
      out().pumpLater();
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
  final void tick() {
    long now = clock.nanos();
    if (caller == null && now - lastTrafficNanos > FIRST_FRAME.toNanos()) {
      end(
          Reason.IDLE.because(
              "no first frame came for %d s (expected: a sender)"
                  .formatted(FIRST_FRAME.toSeconds())));
    } else if (caller != null && call.isReady()) {
      quiet(lastTrafficNanos, now);
    }
  }

  // The end.

  /// The server goes away: no more requests, and the client is told.
  ///
  /// @param grace time that the stream is given to end
  final void drain(Duration grace) {
    draining = true;
    if (caller != null) {
      tellDrain(grace);
    }
  }

  /// The time given by [#drain] is over.
  final void endOfDrain() {
    end(Reason.DRAINING.because("the server goes away"));
  }

  /// Ends the stream with a status.
  public final void end(Refusal refusal) {
    if (ended) {
      return;
    }
    try {
      out().flush();
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
    left(departure);
    delivery().close(out());
    group.ended(this);
    LOG.debug("stream {} ended", id);
  }

  // Sink.

  @Override
  public final boolean isReady() {
    return !ended && call.isReady();
  }

  @Override
  public final void send(Frame frame) {
    if (!ended) {
      call.sendMessage(frame);
    }
  }

  /// Everything has been sent: the moment to end, if the client has nothing more to say.
  @Override
  public final void caughtUp() {
    if (halfClosed && window.isIdle() && !ended && !hasMore()) {
      call.close(io.grpc.Status.OK, new Metadata());
      leave(Departure.LEFT);
    }
  }

  @Override
  public final void drop(Refusal refusal) {
    end(refusal);
  }

  /// What calls are told that wanted something of a stream that has ended.
  public static Refusal gone() {
    return Reason.NOT_A_MEMBER.because("the user's stream has ended");
  }

  /// A refusal to be thrown.
  public static RefusedException refused(Reason reason, String message) {
    return new RefusedException(reason.because(message));
  }
}
