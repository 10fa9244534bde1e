package dev.parley.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Calls to the client's user that wait for their turn, with a high and a low water mark. Owned by
/// the loop; the calls themselves run on the callback executor, one chunk at a time.
///
/// Above the high mark the buffer is *paused*: the connection is not read any more, so that it
/// holds at most the high mark plus one message of the stream. At the low mark it goes on.
final class EventBuffer {

  private static final Logger log = LoggerFactory.getLogger(EventBuffer.class);

  /// Calls in one chunk: enough that changing threads costs little.
  private static final int MAX_CHUNK = 64;

  private final int highWater;
  private final int lowWater;
  private final Loop loop;
  private final Executor callbacks;
  private final Runnable onResume;
  private final ArrayDeque<Runnable> calls = new ArrayDeque<>();
  private @Nullable Runnable last;
  private int inDelivery;
  private long demand;
  private boolean paused;

  /// @param onResume called on the loop when the buffer is paused no longer
  EventBuffer(ClientConfig config, Environment environment, Runnable onResume) {
    this.highWater = config.highWater();
    this.lowWater = config.lowWater();
    this.loop = environment.loop();
    this.callbacks = environment.callbacks();
    this.onResume = onResume;
  }

  void add(Runnable call) {
    calls.add(call);
    paused |= size() > highWater;
    deliver();
  }

  /// Makes a call when no other waits any more, whatever is allowed.
  void finish(Runnable call) {
    last = call;
    deliver();
  }

  /// Allows that many calls more.
  void allow(long count) {
    demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
    deliver();
  }

  /// Allows what waits, and nothing more until [#allow].
  void allowWaiting() {
    demand = calls.size();
    deliver();
  }

  /// Forgets what waits.
  void clear() {
    calls.clear();
    resumeIfLow();
  }

  boolean isPaused() {
    return paused;
  }

  /// Calls that were not carried out yet.
  int size() {
    return calls.size() + inDelivery;
  }

  private void deliver() {
    if (inDelivery > 0) {
      return;
    }
    Runnable end = last;
    if (calls.isEmpty() && end != null) {
      last = null;
      callbacks.execute(() -> run(end));
      return;
    }
    int count = (int) Math.min(Math.min(MAX_CHUNK, calls.size()), demand);
    if (count == 0) {
      return;
    }
    List<Runnable> chunk = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      chunk.add(calls.remove());
    }
    inDelivery = count;
    if (demand != Long.MAX_VALUE) {
      demand -= count;
    }
    callbacks.execute(
        () -> {
          chunk.forEach(EventBuffer::run);
          loop.execute(this::delivered);
        });
  }

  private void delivered() {
    inDelivery = 0;
    resumeIfLow();
    deliver();
  }

  private void resumeIfLow() {
    if (paused && size() <= lowWater) {
      paused = false;
      onResume.run();
    }
  }

  private static void run(Runnable call) {
    try {
      call.run();
    } catch (Throwable failure) {
      log.error("a listener failed; the client goes on", failure);
    }
  }
}
