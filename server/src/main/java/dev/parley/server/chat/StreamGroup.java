package dev.parley.server.chat;

import dev.parley.server.delivery.DeliveryLoop;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The chat streams of one event loop. Owned by it.
public final class StreamGroup {
  private final EventLoop eventLoop;
  private final DeliveryLoop delivery;
  private final Set<ChatStream> streams = new LinkedHashSet<>();
  private boolean draining;

  public StreamGroup(EventLoop eventLoop, DeliveryLoop delivery) {
    this.eventLoop = eventLoop;
    this.delivery = delivery;
  }

  /// Whether the current thread is this event loop's.
  boolean isCurrent() {
    return eventLoop.inEventLoop();
  }

  DeliveryLoop delivery() {
    return delivery;
  }

  void add(ChatStream stream) {
    streams.add(stream);
  }

  void remove(ChatStream stream) {
    streams.remove(stream);
  }

  /// Does what is due: pings, and ends of streams that are silent or stalled. Any thread.
  public void tick() {
    delivery.execute(
        () -> {
          List.copyOf(streams).forEach(ChatStream::tick);
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
  public void drain(Duration grace) {
    delivery.execute(
        () -> {
          draining = true;
          List.copyOf(streams).forEach(stream -> stream.drain(grace));
        });
  }

  /// Ends the streams. Any thread.
  public void end() {
    delivery.execute(() -> List.copyOf(streams).forEach(ChatStream::endOfDrain));
  }
}
