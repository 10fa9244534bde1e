package dev.parley.server.rpc;

import dev.parley.core.time.Clock;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Closes the connections of clients who do not take the end of a call: it waits behind what else
/// they do not take, and keeps that in memory. Thread-safe.
public final class CallEnds implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(CallEnds.class);

  private final Clock clock;
  private final Duration stallTimeout;
  private final Consumer<SocketAddress> close;
  private final Set<End> untaken = ConcurrentHashMap.newKeySet();

  /// @param stallTimeout how long a client may take to take an end
  /// @param close closes the connection of a peer
  public CallEnds(Clock clock, Duration stallTimeout, Consumer<SocketAddress> close) {
    this.clock = clock;
    this.stallTimeout = stallTimeout;
    this.close = close;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    End end = new End(call);
    ServerCall<Q, A> watched =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            end.begin();
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(watched, headers)) {
      @Override
      public void onCancel() {
        end.taken();
        super.onCancel();
      }

      @Override
      public void onComplete() {
        end.taken();
        super.onComplete();
      }
    };
  }

  /// Closes the connections of those who had time enough. To be called now and then; any thread.
  public void cutOffUntaken() {
    long now = clock.nanos();
    for (End end : untaken) {
      if (now - end.sinceNanos > stallTimeout.toNanos()) {
        end.cutOff();
      }
    }
  }

  /// The end of one call.
  private final class End {
    private final ServerCall<?, ?> call;
    private volatile long sinceNanos;
    private boolean taken;

    End(ServerCall<?, ?> call) {
      this.call = call;
    }

    synchronized void begin() {
      if (!taken) {
        sinceNanos = clock.nanos();
        untaken.add(this);
      }
    }

    /// Or nobody is there any more who could take it.
    synchronized void taken() {
      taken = true;
      untaken.remove(this);
    }

    void cutOff() {
      SocketAddress peer = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
      LOG.info(
          "{} did not take the end of {} for {} s: its connection is closed",
          peer,
          call.getMethodDescriptor().getFullMethodName(),
          stallTimeout.toSeconds());
      taken();
      if (peer != null) {
        close.accept(peer);
      }
    }
  }
}
