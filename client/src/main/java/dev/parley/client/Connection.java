package dev.parley.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/// One bidirectional stream, from its first request to its end. Owned by the loop, which gRPC's
/// callbacks hop to.
///
/// Asks gRPC for one message at a time, when told to: what was not asked for stays in the
/// transport's window, and at last in the server.
///
/// Termination: the owner hears of it exactly once, with the cause; after that nothing is heard
/// from this object, and sending does nothing.
///
/// @param <Q> what is sent
/// @param <E> what comes
final class Connection<Q, E> {

  /// Whom the stream tells, on the loop.
  interface Owner<Q, E> {

    /// A message of the stream; the next comes only after [#read].
    void onEvent(Connection<Q, E> connection, E event);

    /// The stream takes requests again.
    void onReady(Connection<Q, E> connection);

    /// The stream has ended. `OK`: the server ended it, as if all were well.
    void onEnd(Connection<Q, E> connection, ParleyException cause);
  }

  private final Loop loop;
  private final Owner<Q, E> owner;
  private final ClientCall<Q, E> call;
  private boolean ended;
  private boolean halfClosed;
  private boolean reading;
  private long lastInNanos;
  private long lastOutNanos;

  Connection(Loop loop, Channel channel, MethodDescriptor<Q, E> method, Owner<Q, E> owner) {
    this.loop = loop;
    this.owner = owner;
    // Callbacks only hop to the loop, so they need no thread of their own.
    this.call = channel.newCall(method, CallOptions.DEFAULT.withExecutor(Runnable::run));
  }

  void open(Metadata headers, Q hello) {
    lastInNanos = loop.nanoTime();
    call.start(new Listener(), headers);
    send(hello);
    read();
  }

  void send(Q request) {
    if (!ended && !halfClosed) {
      lastOutNanos = loop.nanoTime();
      call.sendMessage(request);
    }
  }

  /// Whether the stream takes requests without piling them up.
  boolean isReady() {
    return !ended && !halfClosed && call.isReady();
  }

  /// Asks for one more message, if none is asked for.
  void read() {
    if (!ended && !reading) {
      reading = true;
      lastInNanos = loop.nanoTime();
      call.request(1);
    }
  }

  /// Nothing more to say; the server answers what it has and ends the stream.
  void halfClose() {
    if (!ended && !halfClosed) {
      halfClosed = true;
      call.halfClose();
    }
  }

  /// Ends the stream now.
  void abort(ParleyException cause) {
    if (!ended) {
      call.cancel(cause.getMessage(), null);
      end(cause);
    }
  }

  boolean hasEnded() {
    return ended;
  }

  /// Whether a message is asked for.
  boolean isReading() {
    return reading;
  }

  /// Since something came, or since it was asked for after a pause.
  long silentNanos() {
    return loop.nanoTime() - lastInNanos;
  }

  /// Since something was sent.
  long quietNanos() {
    return loop.nanoTime() - lastOutNanos;
  }

  /// Runs a task later, unless the stream has ended by then.
  void after(long delayNanos, Runnable task) {
    loop.schedule(
        () -> {
          if (!ended) {
            task.run();
          }
        },
        delayNanos);
  }

  private void end(ParleyException cause) {
    ended = true;
    owner.onEnd(this, cause);
  }

  private final class Listener extends ClientCall.Listener<E> {

    @Override
    public void onMessage(E event) {
      loop.execute(
          () -> {
            if (!ended) {
              reading = false;
              lastInNanos = loop.nanoTime();
              owner.onEvent(Connection.this, event);
            }
          });
    }

    @Override
    public void onReady() {
      loop.execute(
          () -> {
            if (!ended) {
              owner.onReady(Connection.this);
            }
          });
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      loop.execute(
          () -> {
            if (!ended) {
              end(Failures.of(status, trailers));
            }
          });
    }
  }
}
