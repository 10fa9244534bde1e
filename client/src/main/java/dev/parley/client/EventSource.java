package dev.parley.client;

import dev.parley.chat.v1.ChatEvent;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/// Passes events on: to the subscriber once [#publisher] was called, else to the listener, else to
/// nobody. Owned by the loop but for [#publisher].
final class EventSource {

  private final Loop loop;
  private final Executor callbacks;
  private final @Nullable ChatListener listener;
  private final EventBuffer buffer;
  private boolean publishing;
  private boolean completed;
  private @Nullable Subscription subscription;

  /// @param onResume called on the loop when [#isPaused] ends
  EventSource(ClientConfig config, Environment environment, Runnable onResume) {
    this.loop = environment.loop();
    this.callbacks = environment.callbacks();
    this.listener = config.listener();
    this.buffer = new EventBuffer(config, environment, onResume);
    buffer.allow(Long.MAX_VALUE);
  }

  /// Whether nothing more should be read for the moment.
  boolean isPaused() {
    return buffer.isPaused();
  }

  void event(ChatEvent event) {
    ChatListener to = listener;
    if (publishing) {
      Subscription wanted = subscription;
      if (wanted == null || !wanted.ended) {
        buffer.add(() -> pass(event));
      }
    } else if (to != null) {
      buffer.add(() -> to.onEvent(event));
    }
  }

  void state(ConnectionState state) {
    ChatListener to = listener;
    if (to == null) {
      return;
    }
    if (publishing) {
      callbacks.execute(() -> to.onState(state));
    } else {
      buffer.add(() -> to.onState(state));
    }
  }

  /// No events will come any more.
  void complete() {
    completed = true;
    Subscription to = subscription;
    if (to != null) {
      buffer.finish(to::complete);
    }
  }

  Flow.Publisher<ChatEvent> publisher() {
    loop.execute(
        () -> {
          if (!publishing) {
            publishing = true;
            buffer.allowWaiting();
          }
        });
    return subscriber -> loop.execute(() -> subscribe(subscriber));
  }

  private void subscribe(Flow.Subscriber<? super ChatEvent> subscriber) {
    Subscription wanted = new Subscription(subscriber);
    if (subscription == null) {
      subscription = wanted;
      callbacks.execute(() -> subscriber.onSubscribe(wanted));
      if (completed) {
        buffer.finish(wanted::complete);
      }
    } else {
      callbacks.execute(
          () -> {
            subscriber.onSubscribe(wanted);
            subscriber.onError(
                new IllegalStateException("events() has a subscriber (expected: only one)"));
          });
    }
  }

  /// Runs on the callback executor. Nothing is allowed before there is a subscription.
  private void pass(ChatEvent event) {
    Subscription to = subscription;
    if (to != null) {
      to.next(event);
    }
  }

  /// The one subscriber's. Thread-safe.
  private final class Subscription implements Flow.Subscription {
    private final Flow.Subscriber<? super ChatEvent> subscriber;
    private volatile boolean ended;

    Subscription(Flow.Subscriber<? super ChatEvent> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void request(long count) {
      loop.execute(
          () -> {
            if (ended || subscription != this) {
              return;
            }
            if (count > 0) {
              buffer.allow(count);
            } else {
              end();
              callbacks.execute(() -> subscriber.onError(badRequest(count)));
            }
          });
    }

    @Override
    public void cancel() {
      ended = true;
      loop.execute(
          () -> {
            if (subscription == this) {
              end();
            }
          });
    }

    private void next(ChatEvent event) {
      if (ended) {
        return;
      }
      try {
        subscriber.onNext(event);
      } catch (RuntimeException failure) {
        cancel();
        throw failure;
      }
    }

    private void complete() {
      if (!ended) {
        ended = true;
        subscriber.onComplete();
      }
    }

    private void end() {
      ended = true;
      buffer.clear();
    }

    private static IllegalArgumentException badRequest(long count) {
      return new IllegalArgumentException("requested: " + count + " (expected: >= 1)");
    }
  }
}
