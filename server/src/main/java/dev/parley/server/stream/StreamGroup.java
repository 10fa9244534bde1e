package dev.parley.server.stream;

import dev.parley.server.delivery.DeliveryLoop;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// The conversations of one event loop. Owned by it.
public final class StreamGroup {
  private final EventLoop eventLoop;
  private final DeliveryLoop delivery;
  private final Set<ConversationStream<?>> streams = new LinkedHashSet<>();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private boolean draining;

  /// As many as there are streams, for others to read.
  private volatile int size;

  /// @param delivery of the same event loop
  public StreamGroup(EventLoop eventLoop, DeliveryLoop delivery) {
    this.eventLoop = eventLoop;
    this.delivery = delivery;
  }

  /// Of several, the one whose event loop's thread is the current one.
  public static StreamGroup current(List<StreamGroup> groups) {
    for (StreamGroup group : groups) {
      if (group.eventLoop.inEventLoop()) {
        return group;
      }
    }
    throw new IllegalStateException(
        "thread " + Thread.currentThread().getName() + " (expected: one of the event loops)");
  }

  DeliveryLoop delivery() {
    return delivery;
  }

  void add(ConversationStream<?> stream) {
    streams.add(stream);
    size = streams.size();
  }

  /// A stream has ended; its client is told, or gone.
  void ended(ConversationStream<?> stream) {
    streams.remove(stream);
    size = streams.size();
    tellIfDrained();
  }

  /// How many there are. Any thread.
  public int size() {
    return size;
  }

  private void tellIfDrained() {
    if (draining && streams.isEmpty()) {
      drained.complete(null);
    }
  }

  /// Does what is due: pings, and ends of streams that are silent or stalled.
  /// Any thread.
  public void tick() {
    delivery.execute(
        () -> {
          List.copyOf(streams).forEach(ConversationStream::tick);
          delivery.dropStalled();
        });
  }

  /// Whether the server goes away, so that no stream may begin.
  boolean isDraining() {
    return draining;
  }

  /// Tells the streams that the server goes away. Any thread.
  ///
  /// @param grace time that they are given to end
  /// @return done when there was a moment without streams, which may be at once
  public CompletableFuture<Void> drain(Duration grace) {
    delivery.execute(
        () -> {
          draining = true;
          List.copyOf(streams).forEach(stream -> stream.drain(grace));
          tellIfDrained();
        });
    return drained;
  }

  /// Ends the streams. Any thread.
  public void end() {
    delivery.execute(() -> List.copyOf(streams).forEach(ConversationStream::endOfDrain));
  }
}
