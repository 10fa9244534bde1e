package dev.parley.server.rpc;

import dev.parley.core.error.Reason;
import dev.parley.core.limit.Limits;
import dev.parley.core.time.Clock;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets calls beside conversations take turns: of each connection some are at work, the next begin
/// in order as these end; so for calls that bring something in, apart from the others. What is
/// beyond that, on one connection or on all, is refused ([Limits#MAX_CALLS_AT_WORK] and those after
/// it). A call is at work until its client has taken all of the answer; where nothing moves in one
/// for too long, the connection is closed (to end the call alone would not do: its end would wait
/// behind what the client does not take). So neither what is read for one connection nor the
/// answers that it does not take can take all there is.
///
/// Thread-safe; the calls of one connection come on its event loop.
public final class CallTurns extends ServerTransportFilter implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(CallTurns.class);
  private static final Attributes.Key<Connection> CONNECTION =
      Attributes.Key.create("parley-call-turns");
  private static final Duration OVERLOAD_DELAY = Duration.ofMillis(500);

  private final Set<String> conversations;
  private final Clock clock;
  private final Duration stallTimeout;
  private final Consumer<SocketAddress> close;
  private final AtomicInteger callsAtWork = new AtomicInteger();
  private final AtomicInteger importsAtWork = new AtomicInteger();
  private final Set<Turn<?, ?>> begun = ConcurrentHashMap.newKeySet();

  /// Calls of one connection that share a bound. Owned by the connection's event loop.
  private static final class Lane {
    final ArrayDeque<Turn<?, ?>> waiting = new ArrayDeque<>(1);
    final int max;
    final AtomicInteger inAll;
    final int maxInAll;
    int atWork;

    Lane(int max, AtomicInteger inAll, int maxInAll) {
      this.max = max;
      this.inAll = inAll;
      this.maxInAll = maxInAll;
    }

    void begin() {
      while (atWork < max && !waiting.isEmpty()) {
        waiting.remove().begin();
      }
    }
  }

  private record Connection(Lane calls, Lane imports) {}

  /// @param conversations full names of methods whose calls last, and have bounds of their own
  /// @param stallTimeout how long nothing may move in a call
  /// @param close closes the connection of a peer
  public CallTurns(
      Set<String> conversations,
      Clock clock,
      Duration stallTimeout,
      Consumer<SocketAddress> close) {
    this.close = close;
    this.conversations = Set.copyOf(conversations);
    this.clock = clock;
    this.stallTimeout = stallTimeout;
  }

  @Override
  public Attributes transportReady(Attributes transport) {
    Lane calls = new Lane(Limits.MAX_CALLS_AT_WORK, callsAtWork, Limits.MAX_CALLS_AT_WORK_IN_ALL);
    Lane imports =
        new Lane(Limits.MAX_IMPORTS_AT_WORK, importsAtWork, Limits.MAX_IMPORTS_AT_WORK_IN_ALL);
    return transport.toBuilder().set(CONNECTION, new Connection(calls, imports)).build();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    MethodDescriptor<Q, A> method = call.getMethodDescriptor();
    if (conversations.contains(method.getFullMethodName())) {
      return next.startCall(call, headers);
    }
    Connection connection = Objects.requireNonNull(call.getAttributes().get(CONNECTION));
    Lane lane =
        method.getType().clientSendsOneMessage() ? connection.calls() : connection.imports();
    Turn<Q, A> turn = new Turn<>(lane, call, headers, next);
    if (lane.waiting.size() < Limits.MAX_CALLS_WAITING) {
      lane.waiting.add(turn);
      lane.begin();
    } else {
      turn.refuse("%d calls of this connection wait".formatted(Limits.MAX_CALLS_WAITING));
    }
    return turn;
  }

  /// Closes connections in a call of which nothing has moved for too long. To be called now and
  /// then; any thread.
  public void cutOffStalled() {
    long now = clock.nanos();
    for (Turn<?, ?> turn : begun) {
      if (now - turn.movedNanos > stallTimeout.toNanos()) {
        turn.cutOff();
      }
    }
  }

  /// One call: held back until it is its turn.
  private final class Turn<Q, A> extends ServerCall.Listener<Q> {
    private final Lane lane;
    private final ServerCall<Q, A> call;
    private final Metadata headers;
    private final ServerCallHandler<Q, A> next;
    private final Context context = Context.current();
    private ServerCall.@Nullable Listener<Q> handler;

    /// What gRPC brought while the handler was asking for it, being begun.
    private final List<Q> early = new ArrayList<>(1);

    private boolean ready;
    private boolean halfClosed;
    private volatile long movedNanos;

    Turn(Lane lane, ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      this.lane = lane;
      this.call = call;
      this.headers = headers;
      this.next = next;
    }

    void refuse(String why) {
      Refusals.close(call, Reason.OVERLOADED.because(why).retryAfter(OVERLOAD_DELAY));
    }

    void begin() {
      if (lane.inAll.incrementAndGet() > lane.maxInAll) {
        lane.inAll.decrementAndGet();
        refuse("%d calls are at work".formatted(lane.maxInAll));
        return;
      }
      lane.atWork++;
      moved();
      begun.add(this);
      try {
        context.run(() -> start(next.startCall(call, headers)));
      } catch (RuntimeException e) {
        LOG.error("a call could not be begun", e);
        Refusals.close(call, Reason.INTERNAL.because("the call could not be begun"));
      }
    }

    private void start(ServerCall.Listener<Q> started) {
      handler = started;
      early.forEach(started::onMessage);
      early.clear();
      if (ready) {
        started.onReady();
      }
      if (halfClosed) {
        started.onHalfClose();
      }
    }

    private void end() {
      if (begun.remove(this)) {
        lane.atWork--;
        lane.inAll.decrementAndGet();
        lane.begin();
      } else {
        lane.waiting.remove(this);
      }
    }

    private void moved() {
      movedNanos = clock.nanos();
    }

    void cutOff() {
      SocketAddress peer = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
      LOG.info(
          "nothing has moved for {} s in a call of {}: its connection is closed",
          stallTimeout.toSeconds(),
          peer);
      if (peer != null) {
        close.accept(peer);
      }
    }

    @Override
    public void onMessage(Q message) {
      moved();
      if (handler == null) {
        early.add(message);
      } else {
        handler.onMessage(message);
      }
    }

    @Override
    public void onReady() {
      moved();
      ready = true;
      if (handler != null) {
        handler.onReady();
      }
    }

    @Override
    public void onHalfClose() {
      moved();
      halfClosed = true;
      if (handler != null) {
        handler.onHalfClose();
      }
    }

    @Override
    public void onCancel() {
      try {
        if (handler != null) {
          handler.onCancel();
        }
      } finally {
        end();
      }
    }

    @Override
    public void onComplete() {
      try {
        if (handler != null) {
          handler.onComplete();
        }
      } finally {
        end();
      }
    }
  }
}
