package dev.parley.server.chat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The open streams by user, for calls that concern a user's streams from outside of them, and the
/// waiting for a first one. Thread-safe. Bounded by the number of streams and of waiting calls.
public final class OpenStreams {
  private final Map<String, List<ChatStream>> classic = new HashMap<>();
  private final Map<String, List<CompletableFuture<List<ChatStream>>>> waiting = new HashMap<>();
  private int count;

  /// A classic stream has told its user.
  void add(String user, ChatStream stream) {
    List<CompletableFuture<List<ChatStream>>> woken;
    List<ChatStream> open;
    synchronized (this) {
      count++;
      List<ChatStream> streams = classic.computeIfAbsent(user, _ -> new ArrayList<>());
      streams.add(stream);
      open = List.copyOf(streams);
      List<CompletableFuture<List<ChatStream>>> waiters = waiting.remove(user);
      woken = waiters == null ? List.of() : waiters;
    }
    woken.forEach(waiter -> waiter.complete(open));
  }

  /// A classic stream has ended.
  synchronized void remove(String user, ChatStream stream) {
    List<ChatStream> streams = classic.get(user);
    if (streams != null && streams.remove(stream)) {
      count--;
      if (streams.isEmpty()) {
        classic.remove(user);
      }
    }
  }

  /// The classic streams of a user, as soon as there is one; none after a time without.
  CompletableFuture<List<ChatStream>> of(String user, long waitNanos) {
    CompletableFuture<List<ChatStream>> found = new CompletableFuture<>();
    synchronized (this) {
      List<ChatStream> streams = classic.get(user);
      if (streams != null) {
        found.complete(List.copyOf(streams));
        return found;
      }
      waiting.computeIfAbsent(user, _ -> new ArrayList<>()).add(found);
    }
    return found
        .completeOnTimeout(List.of(), waitNanos, TimeUnit.NANOSECONDS)
        .whenComplete((_, _) -> forget(user, found));
  }

  /// How many classic streams are open.
  synchronized int size() {
    return count;
  }

  private synchronized void forget(String user, CompletableFuture<List<ChatStream>> waiter) {
    List<CompletableFuture<List<ChatStream>>> waiters = waiting.get(user);
    if (waiters != null) {
      waiters.removeIf(one -> one == waiter);
      if (waiters.isEmpty()) {
        waiting.remove(user);
      }
    }
  }
}
