package dev.parley.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Gives up calls that find connection after connection closed before they could be sent. gRPC
/// tries those again at once, 1,000 times on as many connections: right where a server goes away at
/// this very moment, wrong where what listens there speaks something else. (No tries at all were
/// rejected: calls beside a server's end would fail.)
final class FewTries implements ClientInterceptor {
  static final int MAX_TRIES = 5;

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    Tries tries = new Tries();
    ClientCall<Q, A> call = next.newCall(method, options.withStreamTracerFactory(tries));
    tries.call = call;
    return new SimpleForwardingClientCall<>(call) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                Status why = status.getCode() == Status.Code.CANCELLED ? tries.gaveUp : null;
                super.onClose(why == null ? status : why, trailers);
              }
            },
            headers);
      }
    };
  }

  private static final class Tries extends ClientStreamTracer.Factory {
    private final AtomicInteger made = new AtomicInteger();
    private volatile @Nullable ClientCall<?, ?> call;

    /// How the last try ended; null: it was not given up.
    private volatile @Nullable Status gaveUp;

    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      boolean last = made.incrementAndGet() >= MAX_TRIES;
      return new ClientStreamTracer() {
        private volatile boolean answered;

        @Override
        public void inboundHeaders() {
          answered = true;
        }

        @Override
        public void streamClosed(Status status) {
          ClientCall<?, ?> ended = call;
          if (last && !answered && !status.isOk() && ended != null) {
            gaveUp = status;
            ended.cancel("connections close before anything can be sent", null);
          }
        }
      };
    }
  }
}
