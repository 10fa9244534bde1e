package dev.parley.server.rpc;

import dev.parley.core.error.Reason;
import dev.parley.core.limit.Limits;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets calls beside streams take turns: of each connection at most [Limits#MAX_CALLS_AT_WORK] are
/// at work, the next ones begin in order as these end; of all connections together at most
/// [Limits#MAX_CALLS_AT_WORK_IN_ALL], what is beyond is refused. A call is at work until its client
/// has taken all of the answer. So neither what is read for one connection nor the answers that it
/// does not take can take all there is.
///
/// Thread-safe; the calls of one connection come on its event loop.
public final class CallTurns extends ServerTransportFilter implements ServerInterceptor {
  private static final Attributes.Key<Queue> QUEUE = Attributes.Key.create("parley-call-turns");
  private static final Logger LOG = LoggerFactory.getLogger(CallTurns.class);
  private static final Duration OVERLOAD_DELAY = Duration.ofMillis(500);

  private final AtomicInteger atWork = new AtomicInteger();

  /// The calls of one connection. Owned by its event loop.
  private static final class Queue {
    final ArrayDeque<Turn<?, ?>> waiting = new ArrayDeque<>();
    int atWork;
  }

  @Override
  public Attributes transportReady(Attributes transport) {
    return transport.toBuilder().set(QUEUE, new Queue()).build();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (isStream(call.getMethodDescriptor())) {
      return next.startCall(call, headers);
    }
    Queue queue = Objects.requireNonNull(call.getAttributes().get(QUEUE));
    Turn<Q, A> turn = new Turn<>(queue, call, headers, next);
    queue.waiting.add(turn);
    begin(queue);
    return turn;
  }

  /// A conversation lasts, and has bounds of its own.
  private static boolean isStream(MethodDescriptor<?, ?> method) {
    return "Chat".equals(method.getBareMethodName());
  }

  private void begin(Queue queue) {
    while (queue.atWork < Limits.MAX_CALLS_AT_WORK && !queue.waiting.isEmpty()) {
      queue.waiting.remove().begin();
    }
  }

  /// One call: held back until it is its turn.
  private final class Turn<Q, A> extends ServerCall.Listener<Q> {
    private final Queue queue;
    private final ServerCall<Q, A> call;
    private final Metadata headers;
    private final ServerCallHandler<Q, A> next;
    private final Context context = Context.current();
    private ServerCall.@Nullable Listener<Q> handler;

    /// What gRPC brought while the handler was asking for it, being begun.
    private final List<Q> early = new ArrayList<>(1);

    private boolean begun;
    private boolean ready;
    private boolean halfClosed;

    Turn(Queue queue, ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      this.queue = queue;
      this.call = call;
      this.headers = headers;
      this.next = next;
    }

    void begin() {
      if (atWork.incrementAndGet() > Limits.MAX_CALLS_AT_WORK_IN_ALL) {
        atWork.decrementAndGet();
        Refusals.close(
            call,
            Reason.OVERLOADED
                .because("%d calls are at work".formatted(Limits.MAX_CALLS_AT_WORK_IN_ALL))
                .retryAfter(OVERLOAD_DELAY));
        return;
      }
      queue.atWork++;
      begun = true;
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
      if (begun) {
        queue.atWork--;
        atWork.decrementAndGet();
        CallTurns.this.begin(queue);
      } else {
        queue.waiting.remove(this);
      }
    }

    @Override
    public void onMessage(Q message) {
      if (handler == null) {
        early.add(message);
      } else {
        handler.onMessage(message);
      }
    }

    @Override
    public void onReady() {
      ready = true;
      if (handler != null) {
        handler.onReady();
      }
    }

    @Override
    public void onHalfClose() {
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
