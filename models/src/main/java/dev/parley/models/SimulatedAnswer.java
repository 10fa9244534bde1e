package dev.parley.models;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelException;
import dev.parley.core.time.Clock;
import java.util.Iterator;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One subscriber's answer. Thread-safe: all fields are guarded by `this`; the subscriber is told
/// outside of it, by the one thread that found `telling` unset and set it.
final class SimulatedAnswer implements Flow.Subscription {
  private final Flow.Subscriber<? super ModelEvent> subscriber;
  private final Iterator<ModelEvent> events;
  private final long paceNanos;
  private final ScheduledExecutorService executor;
  private final Clock clock;

  /// When the last word was due, nanoseconds; null: no word was told.
  private @Nullable Long dueNanos;

  /// What is told next; null: nothing more.
  private @Nullable ModelEvent next;

  private long demand;
  private boolean ended;

  /// Whether a thread tells the subscriber, or is about to. So from the beginning, until
  /// `onSubscribe` has returned.
  private boolean telling = true;

  /// Runs until the next word is due; null: it is.
  private @Nullable Future<?> pause;

  private @Nullable Throwable failure;

  SimulatedAnswer(
      Flow.Subscriber<? super ModelEvent> subscriber,
      Iterator<ModelEvent> events,
      long paceNanos,
      ScheduledExecutorService executor,
      Clock clock) {
    this.subscriber = subscriber;
    this.events = events;
    this.paceNanos = paceNanos;
    this.executor = executor;
    this.clock = clock;
    next = events.next();
  }

  /// `onSubscribe` has returned.
  void begin() {
    try {
      executor.execute(this::tell);
    } catch (RejectedExecutionException e) {
      fail(rejected(e));
      tell();
    }
  }

  @Override
  public void request(long count) {
    synchronized (this) {
      if (ended) {
        return;
      }
      if (count <= 0) {
        fail(new IllegalArgumentException("request: " + count + " (expected: > 0)"));
      } else {
        demand = demand > Long.MAX_VALUE - count ? Long.MAX_VALUE : demand + count;
      }
      if (telling) {
        return;
      }
      telling = true;
    }
    begin();
  }

  @Override
  public synchronized void cancel() {
    end();
  }

  private synchronized void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
  }

  private synchronized void end() {
    ended = true;
    if (pause != null) {
      pause.cancel(false);
      pause = null;
    }
  }

  /// Tells what is due and wanted.
  private void tell() {
    while (true) {
      ModelEvent event = null;
      Throwable cause;
      synchronized (this) {
        if (ended) {
          return;
        }
        cause = failure;
        if (cause != null || next == null) {
          end();
        } else if (demand == 0 || pause != null) {
          telling = false;
          return;
        } else {
          event = take();
        }
      }
      if (event != null) {
        subscriber.onNext(event);
      } else if (cause != null) {
        subscriber.onError(cause);
        return;
      } else {
        subscriber.onComplete();
        return;
      }
    }
  }

  private synchronized @Nullable ModelEvent take() {
    if (demand < Long.MAX_VALUE) {
      demand--;
    }
    ModelEvent event = next;
    next = events.hasNext() ? events.next() : null;
    if (paceNanos > 0 && event instanceof ModelEvent.Text && next instanceof ModelEvent.Text) {
      pauseUntilDue();
    }
    return event;
  }

  /// Each word is due a pause after the one before was due, not after it was told: one that is late
  /// makes no other late.
  private void pauseUntilDue() {
    long now = clock.nanos();
    long due = (dueNanos == null ? now : dueNanos) + paceNanos;
    dueNanos = due;
    if (due - now > 0) {
      try {
        pause = executor.schedule(this::resume, due - now, TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        fail(rejected(e));
      }
    }
  }

  private void resume() {
    synchronized (this) {
      pause = null;
      if (ended || telling) {
        return;
      }
      telling = true;
    }
    tell();
  }

  private static ModelException rejected(RejectedExecutionException cause) {
    return new ModelException(
        ModelException.Kind.FAILED, "the simulated model is shutting down", null, cause);
  }
}
