package dev.parley.models.http;

import dev.parley.core.limit.Limits;
import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/// One answer on its way: chunks of bytes in, events out, none read before somebody wants one, and
/// not waited for longer than patience lasts.
///
/// Signals come from any thread; whichever finds nobody at work does the work of all ([#work]), so
/// that what is told downstream is told one after the other (Reactive Streams, 1.3).
final class Answering implements Subscriber<byte[]>, Flow.Subscription {
  /// How long a connection may take to end a stream whose answer has ended, to be used again.
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

  /// Who did not read for this part of the time of the whole is to blame that it is over.
  private static final int UNREAD_PART = 10;

  /// Of an event beside its text.
  private static final int EVENT_BYTES = 64;

  /// What is less is not counted: of most answers that is all that is ever held.
  private static final int MIN_HELD_BYTES = 4 << 10;

  private final Flow.Subscriber<? super ModelEvent> subscriber;
  private final AnswerDecoder decoder;
  private final Function<Throwable, ModelException> failures;
  private final Patience patience;
  private final MemoryBudget.Share held;
  private final ScheduledExecutorService timer;
  private final long begunNanos = System.nanoTime();

  private final Queue<ModelEvent> events = new ConcurrentLinkedQueue<>();
  private final AtomicLong wanted = new AtomicLong();
  private final AtomicInteger signals = new AtomicInteger();
  private volatile @Nullable Subscription chunks;
  private volatile boolean cancelled;
  private volatile boolean ended;
  private volatile @Nullable Throwable failure;

  /// Whether a chunk has been asked for that has not come.
  private volatile boolean waiting;

  /// Since when a piece of the answer has been waited for, as [System#nanoTime].
  private volatile long waitingNanos = begunNanos;

  /// Whether that begins anew with the next chunk that is asked for.
  private volatile boolean restart = true;

  /// When the newest chunk came.
  private volatile long arrivedNanos = begunNanos;

  /// For how long nobody wanted more. Written where more is asked for.
  private volatile long unreadNanos;

  private volatile boolean spoken;

  /// Whether nothing but the end of the stream is waited for, the answer's having come.
  private volatile boolean draining;

  private volatile @Nullable Future<?> alarm;

  /// What ends a stream that does not end itself.
  private volatile @Nullable Future<?> lingering;

  private volatile boolean misused;
  private boolean told;

  /// What the events of the newest chunk take.
  private long arrivedBytes;

  /// Whether the subscriber has been told of the proper end.
  private boolean complete;

  /// @param held what has come of it and nobody has taken; closed when it has ended
  Answering(
      Flow.Subscriber<? super ModelEvent> subscriber,
      AnswerDecoder decoder,
      Function<Throwable, ModelException> failures,
      Patience patience,
      MemoryBudget.Share held,
      ScheduledExecutorService timer) {
    this.subscriber = subscriber;
    this.decoder = decoder;
    this.failures = failures;
    this.patience = patience;
    this.held = held;
    this.timer = timer;
  }

  // From the provider.

  @Override
  public void onSubscribe(Subscription subscription) {
    chunks = subscription;
    subscriber.onSubscribe(this);
    watch();
    work();
  }

  @Override
  public void onNext(byte[] chunk) {
    if (ended || cancelled) {
      return; // what comes after the end, so that the connection can serve others
    }
    waiting = false;
    arrivedNanos = System.nanoTime();
    int before = decoder.pieces();
    try {
      decoder.feed(chunk, this::arrived);
      hold(arrivedBytes + decoder.heldBytes());
    } catch (RuntimeException e) {
      fail(e);
      return;
    }
    if (decoder.pieces() > before) {
      spoken = true;
      restart = true;
    }
    if (decoder.isFinished()) {
      ended = true;
      readToEnd();
    }
    work();
  }

  @Override
  public void onError(Throwable e) {
    stop(lingering);
    fail(e);
  }

  private void arrived(ModelEvent event) {
    arrivedBytes += EVENT_BYTES + (long) Limits.BYTES_PER_CHAR * Pieces.chars(event);
    events.add(event);
  }

  private void hold(long bytes) {
    if (!held.resize(bytes < MIN_HELD_BYTES ? 0 : bytes)) {
      events.clear(); // nobody may ever take them
      throw noRoom();
    }
  }

  /// What an answer holds finds no room in the memory.
  static ModelException noRoom() {
    return new ModelException(
        Kind.BUSY,
        "the answer does not fit into the memory that is left for answers (expected: the same"
            + " again later, or shorter pieces from the provider)");
  }

  private void readToEnd() {
    Subscription open = chunks;
    if (open != null) {
      draining = true;
      lingering = later(open::cancel, LINGER_NANOS); // before the end, which may come at once
      open.request(Long.MAX_VALUE);
      if (cancelled || failure != null) { // meanwhile, by another thread: it may tell no end
        stop(lingering);
      }
    }
  }

  @Override
  public void onComplete() {
    stop(lingering);
    if (ended || cancelled) {
      return;
    }
    try {
      decoder.end(events::add);
    } catch (RuntimeException e) {
      fail(e);
      return;
    }
    ended = true;
    work();
  }

  // From whoever wants the answer.

  @Override
  public void request(long count) {
    if (count <= 0) {
      misused = true;
      events.clear(); // they may never be wanted, and an error is to come (Reactive Streams, 3.9)
      fail(
          new IllegalArgumentException(
              "%d events requested (expected: 1 or more)".formatted(count)));
      return;
    }
    wanted.accumulateAndGet(count, (old, more) -> old + more < 0 ? Long.MAX_VALUE : old + more);
    work();
  }

  @Override
  public void cancel() {
    cancelled = true;
    if (!draining) {
      cancelChunks();
    }
    work();
  }

  private void cancelChunks() {
    Subscription open = chunks;
    if (open != null) {
      open.cancel();
    }
  }

  private void fail(Throwable e) {
    if (!ended) {
      failure = e;
      ended = true;
      cancelChunks();
      work();
    }
  }

  // At work.

  private void work() {
    if (signals.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      round();
      seen = signals.addAndGet(-seen);
    } while (seen != 0);
  }

  private void round() {
    long open = wanted.get();
    long given = 0;
    while (given < open && !cancelled && !told) {
      ModelEvent event = events.poll();
      if (event == null) {
        break;
      }
      complete |= event instanceof ModelEvent.Finished;
      subscriber.onNext(event);
      given++;
    }
    if (given > 0 && open != Long.MAX_VALUE) {
      wanted.addAndGet(-given);
    }
    if (told) {
      return;
    }
    if (cancelled) {
      finish();
    } else if (ended && events.isEmpty()) {
      finish();
      Throwable reason = failure;
      if (reason == null || complete) {
        subscriber.onComplete();
      } else if (misused) {
        subscriber.onError(reason);
      } else {
        subscriber.onError(failures.apply(reason));
      }
    } else if (!ended && !waiting && events.isEmpty() && wanted.get() > 0) {
      askForMore();
    }
  }

  private void askForMore() {
    Subscription open = chunks;
    if (open != null) {
      long now = System.nanoTime();
      unreadNanos = unread(now);
      if (arrivedBytes > 0) {
        arrivedBytes = 0; // all of it was taken
        hold(decoder.heldBytes());
      }
      if (restart) {
        restart = false;
        waitingNanos = now;
      }
      waiting = true;
      open.request(1);
    }
  }

  private void finish() {
    told = true;
    events.clear();
    held.close();
    stop(alarm);
  }

  // The clock.

  private void watch() {
    if (cancelled || ended) {
      return;
    }
    long now = System.nanoTime();
    Duration limit = spoken ? patience.betweenTokens() : patience.firstToken();
    long left = waiting ? limit.toNanos() - (now - waitingNanos) : limit.toNanos();
    long leftOfAll = patience.whole().toNanos() - (now - begunNanos);
    if (leftOfAll <= 0) {
      fail(
          unread(now) < patience.whole().toNanos() / UNREAD_PART
              ? late(Kind.TIMEOUT, "the answer has not come to its end within %s", patience.whole())
              : late(
                  Kind.UNREAD, "the answer was not read to its end within %s", patience.whole()));
    } else if (left <= 0) {
      String text = spoken ? "nothing more came for %s" : "nothing came for %s";
      fail(late(Kind.TIMEOUT, text, limit));
    } else {
      // The first piece may come at any moment, and the shorter limit apply from then on.
      long next = Math.min(Math.min(left, leftOfAll), patience.betweenTokens().toNanos());
      alarm = later(this::watch, next);
      if (cancelled || ended) { // meanwhile, by another thread
        stop(alarm);
      }
    }
  }

  private long unread(long now) {
    return waiting ? unreadNanos : unreadNanos + now - arrivedNanos;
  }

  private @Nullable Future<?> later(Runnable task, long delayNanos) {
    try {
      return timer.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      fail(e);
      return null;
    }
  }

  /// A task that waits holds the whole answer until its time.
  private static void stop(@Nullable Future<?> pending) {
    if (pending != null) {
      pending.cancel(false);
    }
  }

  private static ModelException late(Kind kind, String text, Duration limit) {
    String seconds = "%.1f s".formatted(limit.toMillis() / 1e3);
    return new ModelException(kind, text.formatted(seconds));
  }
}
