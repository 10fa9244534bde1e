package dev.parley.server.model;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// The streams and calls that ask models now, for the server to tell them that it stops.
/// Thread-safe. Bounded by the connections and what is open on each.
final class OpenChats {
  private final Set<Chat> open = new LinkedHashSet<>();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private boolean draining;

  /// A stream or a call.
  interface Chat {
    /// The server is about to stop.
    ///
    /// @param grace time for what is under way
    void drain(Duration grace);

    /// The time given by [#drain] is over.
    void endOfDrain();

    /// Ends a stream of which its client has read nothing for too long. To be called now and then.
    ///
    /// @param nowNanos as by [dev.parley.core.time.Clock#nanos]
    /// @param limit how long is too long
    void endIfStalled(long nowNanos, Duration limit);
  }

  /// Notes one that begins.
  ///
  /// @return false: the server is about to stop, so that none may begin
  synchronized boolean add(Chat chat) {
    return !draining && open.add(chat);
  }

  /// How many there are.
  synchronized int size() {
    return open.size();
  }

  /// Forgets one that has ended.
  void remove(Chat chat) {
    synchronized (this) {
      open.remove(chat);
    }
    tellIfDrained();
  }

  /// Tells all of them that the server is about to stop.
  ///
  /// @return done when none is left, which may be at once
  CompletableFuture<Void> drain(Duration grace) {
    List<Chat> told;
    synchronized (this) {
      draining = true;
      told = List.copyOf(open);
    }
    told.forEach(chat -> chat.drain(grace));
    tellIfDrained();
    return drained;
  }

  /// Ends those that are not read. To be called now and then.
  ///
  /// @param limit for how long
  void endStalled(long nowNanos, Duration limit) {
    List<Chat> all;
    synchronized (this) {
      all = List.copyOf(open);
    }
    all.forEach(chat -> chat.endIfStalled(nowNanos, limit));
  }

  /// Ends those that are left.
  void end() {
    List<Chat> left;
    synchronized (this) {
      left = List.copyOf(open);
    }
    left.forEach(Chat::endOfDrain);
  }

  private void tellIfDrained() {
    boolean done;
    synchronized (this) {
      done = draining && open.isEmpty();
    }
    if (done) {
      drained.complete(null);
    }
  }
}
