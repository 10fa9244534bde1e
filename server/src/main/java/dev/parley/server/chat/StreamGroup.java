package dev.parley.server.chat;

import dev.parley.server.delivery.DeliveryLoop;
import io.netty.channel.EventLoop;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The chat streams of one event loop. Owned by it.
public final class StreamGroup {
  private final EventLoop eventLoop;
  private final DeliveryLoop delivery;
  private final Set<ChatStream> streams = new LinkedHashSet<>();

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

  /// Tells the streams that the server goes away. Any thread.
  public void drain() {
    delivery.execute(() -> List.copyOf(streams).forEach(ChatStream::drain));
  }

  /// Ends the streams. Any thread.
  public void end() {
    delivery.execute(() -> List.copyOf(streams).forEach(ChatStream::endOfDrain));
  }
}
