package dev.parley.models.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Writes down an answer; wants as much of it as it is told to.
public final class Listener implements Flow.Subscriber<ModelEvent> {
  private static final int PATIENCE_SECONDS = 10;

  private final long first;
  private final List<ModelEvent> events = new ArrayList<>();
  private final Set<Thread> threads = new HashSet<>();
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  private final CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();

  /// @param first how many events it wants at once
  public Listener(long first) {
    this.first = first;
  }

  /// Wants everything.
  public static Listener of(Flow.Publisher<ModelEvent> answer) {
    return of(answer, Long.MAX_VALUE);
  }

  public static Listener of(Flow.Publisher<ModelEvent> answer, long first) {
    Listener listener = new Listener(first);
    answer.subscribe(listener);
    return listener;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription.complete(given);
    if (first > 0) {
      given.request(first);
    }
  }

  @Override
  public synchronized void onNext(ModelEvent event) {
    if (end.isDone()) {
      throw new AssertionError(event + " after the end");
    }
    events.add(event);
    threads.add(Thread.currentThread());
    notifyAll();
  }

  @Override
  public void onError(Throwable e) {
    if (!end.complete(e)) {
      throw new AssertionError("a second end", e);
    }
  }

  @Override
  public void onComplete() {
    if (!end.complete(null)) {
      throw new AssertionError("a second end");
    }
  }

  public void request(long count) {
    subscription.join().request(count);
  }

  public void cancel() {
    subscription.join().cancel();
  }

  public synchronized List<ModelEvent> events() {
    return List.copyOf(events);
  }

  /// Those that events came on.
  synchronized Set<Thread> threads() {
    return Set.copyOf(threads);
  }

  /// Waits until there are so many events.
  public synchronized List<ModelEvent> await(int count) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (events.size() < count) {
      long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError("only " + events + ", end: " + end);
      }
      wait(left);
    }
    return List.copyOf(events);
  }

  public boolean hasEnded() {
    return end.isDone();
  }

  /// Waits for the end.
  ///
  /// @return null: the proper one
  @Nullable Throwable error() {
    try {
      return end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | InterruptedException | ExecutionException e) {
      throw new AssertionError("no end after " + events(), e);
    }
  }

  /// Everything, once it has come to its proper end.
  public List<ModelEvent> whole() {
    assertThat(error()).isNull();
    return events();
  }

  /// Waits for the failure.
  public ModelException failure() {
    Throwable e = error();
    if (e instanceof ModelException model) {
      return model;
    }
    throw new AssertionError("no ModelException after " + events(), e);
  }
}
