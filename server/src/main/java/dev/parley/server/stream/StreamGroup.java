package dev.parley.server.stream;

import dev.parley.server.delivery.DeliveryLoop;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The conversations of one event loop. Owned by it.
public final class StreamGroup {
  private static final Logger LOG = LoggerFactory.getLogger(StreamGroup.class);

  private final EventLoop eventLoop;
  private final DeliveryLoop delivery;
  private final Set<ConversationStream<?>> streams = new LinkedHashSet<>();
  private final Duration stallTimeout;
  private final Consumer<SocketAddress> close;

  /// Streams whose end the client has yet to take, the oldest first.
  private final LinkedHashSet<ConversationStream<?>> ending = new LinkedHashSet<>();

  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private boolean draining;

  /// As many as there are streams, for others to read.
  private volatile int size;

  /// @param delivery of the same event loop
  /// @param stallTimeout how long a client may take to take a stream's end
  /// @param close closes the connection of a peer
  public StreamGroup(
      EventLoop eventLoop,
      DeliveryLoop delivery,
      Duration stallTimeout,
      Consumer<SocketAddress> close) {
    this.eventLoop = eventLoop;
    this.delivery = delivery;
    this.stallTimeout = stallTimeout;
    this.close = close;
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
    ending.add(stream);
    tellIfDrained();
  }

  /// The client has taken a stream's end, or is gone.
  void gone(ConversationStream<?> stream) {
    ending.remove(stream);
  }

  /// Closes the connections of those who do not take the end of a stream: it waits behind what else
  /// they do not take, and keeps that in memory.
  private void cutOff() {
    while (!ending.isEmpty() && ending.getFirst().endedFor(stallTimeout)) {
      ConversationStream<?> stream = ending.removeFirst();
      SocketAddress peer = stream.peer();
      LOG.info(
          "the end of stream {} was not taken for {} s: its connection is closed",
          stream.id(),
          stallTimeout.toSeconds());
      if (peer != null) {
        close.accept(peer);
      }
    }
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

  /// Does what is due: pings, and ends of streams that are silent or stalled, and of connections.
  /// Any thread.
  public void tick() {
    delivery.execute(
        () -> {
          List.copyOf(streams).forEach(ConversationStream::tick);
          delivery.dropStalled();
          cutOff();
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
