package dev.parley.bench.load;

import io.grpc.ManagedChannel;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One connection and the subscribers on it. Owned by its lane.
final class Link {
  final List<Subscriber> subscribers;
  private final Lane lane;
  private final InetSocketAddress server;
  private final int windowBytes;
  private @Nullable ManagedChannel channel;
  private int missing;

  /// @param windowBytes as for [Lane#connect]
  Link(Lane lane, InetSocketAddress server, int windowBytes, List<Subscriber> subscribers) {
    this.windowBytes = windowBytes;
    this.lane = lane;
    this.server = server;
    this.subscribers = subscribers;
  }

  Lane lane() {
    return lane;
  }

  /// Whether it is broken, or not all of its streams are back.
  boolean isAway() {
    return channel == null || missing > 0;
  }

  /// Connects, and opens all streams from where they were.
  ///
  /// @param in run when all of them have what they missed
  void open(Runnable in) {
    ManagedChannel fresh = lane.connect(server, windowBytes);
    channel = fresh;
    missing = subscribers.size();
    Runnable one =
        () -> {
          missing--;
          if (missing == 0) {
            in.run();
          }
        };
    subscribers.forEach(subscriber -> subscriber.open(fresh, one));
  }

  /// Breaks the connection.
  void close() {
    subscribers.forEach(Subscriber::end);
    ManagedChannel open = channel;
    if (open != null) {
      var _ = open.shutdownNow();
      channel = null;
    }
  }
}
