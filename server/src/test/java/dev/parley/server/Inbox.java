package dev.parley.server;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/// The responses of one call as they come, to be waited for. Thread-safe.
///
/// Waiting for a response looks at those that came after the last one found, and skips what does
/// not fit; [#find] looks at all, and [#all] has everything.
public final class Inbox<Q, E, R> implements ClientResponseObserver<Q, R> {
  /// No test comes near it unless it fails.
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Function<R, List<E>> events;
  private final int window;
  private final List<E> all = new ArrayList<>();
  private ClientCallStreamObserver<Q> call;
  private int next;
  private StatusRuntimeException end;

  private Inbox(Function<R, List<E>> events, int window) {
    this.events = events;
    this.window = window;
  }

  /// Of a call whose responses are taken as they come.
  ///
  /// @param events what a response holds
  public static <Q, E, R> Inbox<Q, E, R> of(Function<R, List<E>> events) {
    return new Inbox<>(events, -1);
  }

  /// Of a call whose responses are not taken, except for the first few, before [#take].
  public static <Q, E, R> Inbox<Q, E, R> slow(Function<R, List<E>> events, int first) {
    return new Inbox<>(events, first);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> requests) {
    call = requests;
    if (window >= 0) {
      requests.disableAutoRequestWithInitial(window);
    }
  }

  /// Takes more responses.
  public void take(int count) {
    call.request(count);
  }

  /// The call.
  public ClientCallStreamObserver<Q> call() {
    return call;
  }

  @Override
  public synchronized void onNext(R response) {
    all.addAll(events.apply(response));
    notifyAll();
  }

  @Override
  public synchronized void onError(Throwable error) {
    end =
        switch (error) {
          case StatusRuntimeException status -> status;
          case StatusException status ->
              new StatusRuntimeException(status.getStatus(), status.getTrailers());
          default -> Status.fromThrowable(error).asRuntimeException();
        };
    notifyAll();
  }

  @Override
  public synchronized void onCompleted() {
    end = Status.OK.asRuntimeException();
    notifyAll();
  }

  /// The next response that fits.
  public synchronized E await(Predicate<E> fits) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      while (next < all.size()) {
        E event = all.get(next);
        next++;
        if (fits.test(event)) {
          return event;
        }
      }
      if (end != null) {
        throw new AssertionError("the call ended: " + end.getStatus() + ", after " + tail());
      }
      pause(deadline);
    }
  }

  /// The first response that fits of all that have come or will, found before or not.
  public synchronized E find(Predicate<E> fits) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    for (int i = 0; ; i++) {
      while (i >= all.size()) {
        if (end != null) {
          throw new AssertionError("the call ended: " + end.getStatus() + ", after " + tail());
        }
        pause(deadline);
      }
      if (fits.test(all.get(i))) {
        return all.get(i);
      }
    }
  }

  /// Waits for so many responses in all.
  public synchronized List<E> awaitCount(int count) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (all.size() < count) {
      if (end != null) {
        throw new AssertionError("the call ended: " + end.getStatus() + ", after " + all.size());
      }
      pause(deadline);
    }
    return List.copyOf(all);
  }

  /// How the call ended.
  public synchronized StatusRuntimeException end() {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (end == null) {
      pause(deadline);
    }
    return end;
  }

  /// Whether the call has ended.
  public synchronized boolean hasEnded() {
    return end != null;
  }

  /// Everything that has come.
  public synchronized List<E> all() {
    return List.copyOf(all);
  }

  private String tail() {
    return all.size()
        + " events, the last being "
        + all.subList(Math.max(0, all.size() - 20), all.size());
  }

  @SuppressWarnings("WaitNotInLoop") // its callers loop
  private void pause(long deadline) {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      throw new AssertionError("waited too long; what came: " + tail());
    }
    try {
      wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted; what came: " + tail(), e);
    }
  }
}
